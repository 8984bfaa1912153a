"""A run that is heard while it goes on, and one whose result has no folder."""
