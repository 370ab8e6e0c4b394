"""The strict rules checked from outside, in any transcript. Pure; it shares no code with the table that it judges."""
