"""Configuration files: models, loader and checks."""
