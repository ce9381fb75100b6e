"""Alerts at work: where rules are evaluated, what is told of them, and what they would have told."""
