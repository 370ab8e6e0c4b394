"""Past conversations: found, shown, summed up, audited, forgotten. Nothing here takes part in one that runs, or knows a
page.
"""
