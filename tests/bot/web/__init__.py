"""Routes, deadlines of the server, and the contract of the socket."""
