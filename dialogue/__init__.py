"""The part that decides. Pure: no I/O, no clock, no randomness, nothing third-party outside `understanding/`."""
