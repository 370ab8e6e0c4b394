"""Whether the measures measure: on invented rows, never on those of real people."""
