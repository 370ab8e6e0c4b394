"""`askonce` as it is typed, as a process of its own."""
