"""A stock Rasa form bot, for comparison only."""
