"""Whether what runs in the background is watched."""
