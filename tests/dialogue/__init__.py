"""The tracker: the table is total, no row is dead, the rules hold under any understanding. Nothing here waits or
writes.
"""
