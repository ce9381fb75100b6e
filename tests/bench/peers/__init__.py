"""Other stream processors on the same aggregation: `make bench-peers`.

Each peer is a script that runs in an environment of its own, for their dependencies do not go
together with ours or with each other's. What the scripts share needs Python's own library alone.
"""
