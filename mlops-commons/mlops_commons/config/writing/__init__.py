"""Configuration files written from answers and from older files."""
