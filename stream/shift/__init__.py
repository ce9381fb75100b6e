"""The report of a shift: its figures whole and by the hour, and its incidents."""
