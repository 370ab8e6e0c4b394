"""The pages of support leads: roles, forms, words and drawings. Nothing here decides in a conversation; who looked at
one is noted.
"""
