"""Tests against a real Apache Kafka broker, which they start themselves."""
