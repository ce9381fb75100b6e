"""Tests of panes, days and windows."""
