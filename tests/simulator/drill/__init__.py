"""Drills without a desk."""
