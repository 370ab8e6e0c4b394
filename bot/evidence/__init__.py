"""Files that shoppers send, on their way in: what they are by their content, made safe, kept. Nothing here decides what
the bot says of them."""
