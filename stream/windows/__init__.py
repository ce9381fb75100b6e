"""Panes of 5 s, what they settle into, and the windows that slide over them."""
