"""The outbox and the courier: one ticket, whatever breaks."""
