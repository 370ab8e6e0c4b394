"""Logs, metrics, traces, and the watch over work in the background. Never a shopper's words, name or address."""
