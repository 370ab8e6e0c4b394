"""What was learned from the project's own lines: a sentence encoder, and heads on it that say what a sentence is after.

Plain enough for Python 3.10 and numpy 1.22, and free of the rest of the project, for Rasa trains these heads in its own
environment (`rasa_project/heads_component.py`) and the bot runs what came out (`heads.npz`).
"""
