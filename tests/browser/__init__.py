"""What the people on the floor see, in a real browser."""
