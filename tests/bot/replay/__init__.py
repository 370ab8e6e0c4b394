"""Fixtures read, played, compared, and made from stored conversations."""
