"""The floor as it was at any instant that the log holds, and played on from there."""
