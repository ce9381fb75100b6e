"""Staffing mathematics: the Erlang models and what they say of a floor. Pure."""
