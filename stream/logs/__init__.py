"""The log: its port, the makes of it, event files, and the topics of the product."""
