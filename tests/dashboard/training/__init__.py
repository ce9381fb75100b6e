"""A drill's report on its page and as a PDF."""
