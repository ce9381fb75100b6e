"""The parts that screens are made of: empty shells, which the browser fills from each frame."""
