"""The widget's source: that its modules see of each other what they import, and join into one script."""
