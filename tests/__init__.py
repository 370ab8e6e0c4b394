"""Tests mirror the folders of the code; what looks at the whole is in `proofs/`. The code imports nothing from here."""
