"""Checks of the repository itself: its sizes, its dependencies, what may stand in it."""
