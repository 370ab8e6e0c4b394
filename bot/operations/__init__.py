"""What an operator does to a whole bot: backup, doctor, invented data, Rasa's process. Nothing here speaks with a
shopper.
"""
