"""How well real shoppers are understood and answered, measured: `askonce eval`. Their rows are read, never kept."""
