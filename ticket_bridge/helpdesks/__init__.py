"""One file a helpdesk. Errors are sorted by what to do next, see `contract`; nothing is tried again here."""
