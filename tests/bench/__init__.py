"""How fast it is, measured: `python -m tests.bench`, which `make bench` runs."""
