"""Turn contact-centre events into a live picture of the floor."""
