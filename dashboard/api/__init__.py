"""Figures, the stream and the state of the service, over HTTP."""
