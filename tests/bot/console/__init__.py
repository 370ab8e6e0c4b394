"""The pages of leads: who may see what, and whether it is true. How they look is tested in `tests/browser`."""
