"""Tests of staffing mathematics."""
