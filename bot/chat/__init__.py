"""A conversation at work: frames in, turns out, limits, presence. Nothing here decides what to say, and nothing is sent
that is not stored.
"""
