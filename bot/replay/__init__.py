"""Dialogues played again: fixtures, rehearsals, differences, coverage. Nothing here decides; the engine that plays is
the very one that serves.
"""
