"""What customers said, from the log: a follower in a process of its own, and what it answers."""
