"""Wallboards for the people who run the floor."""
