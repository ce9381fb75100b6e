"""What a person types: the commands that need the stream alone, their options and their words."""
