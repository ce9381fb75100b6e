"""The screens, one a module: `SCREEN` says what each is, and dashboard/app.py lists them."""
