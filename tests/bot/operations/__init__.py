"""Backups, the doctor and what else an operator does, on real files and processes."""
