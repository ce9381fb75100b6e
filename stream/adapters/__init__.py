"""Other systems' records read as events; `registry` knows every format by name."""
