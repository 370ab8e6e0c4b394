"""What the widget's sources are checked by: TypeScript, locked, and types of frames, made from the server's models."""
