"""Drills: a simulated floor that answers to what is done, and what came of it against other ways."""
