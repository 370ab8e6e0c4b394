"""What the network sees: routes, the server, the contract of the socket. What the routes do is elsewhere."""
