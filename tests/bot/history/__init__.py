"""Past conversations: what the audit finds, where a person is found, what is left after forgetting."""
