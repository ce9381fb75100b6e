"""The formulas of METRICS, one module a family."""
