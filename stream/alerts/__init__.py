"""Alerts: rules as data, the life of each alert, and incidents that explain themselves. Pure."""
