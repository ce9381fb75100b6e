"""Tests of what is sent outside, against real servers on loopback."""
