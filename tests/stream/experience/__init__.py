"""What customers said, followed from the log."""
