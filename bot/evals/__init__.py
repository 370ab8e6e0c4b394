"""How well real shoppers are understood and answered, measured: `askonce eval`."""
