"""Telling people outside: where messages leave the house, and what becomes of each."""
