"""What is read in a text, and that no secret passes (R17)."""
