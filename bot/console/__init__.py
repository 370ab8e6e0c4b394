"""What support leads see. Read-only views of the store; nothing here changes a conversation."""
