"""The help centre's pages over HTTP, on a real database."""
