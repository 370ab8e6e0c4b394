"""The strict rules, a function each: over a turn, over a message with its replies, over a ticket. Nothing here walks or
remembers; what was believed so far is handed in."""
