"""Face validity: a real month of a bank's calls beside a scenario that was fitted to it."""
