"""The contacts behind an alert or a count, found in the log."""
