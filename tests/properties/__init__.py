"""Properties that hold for every log, and the nasty logs they are held against."""
