"""One partition of the floor: lives of contacts and agents, pure and deterministic."""
