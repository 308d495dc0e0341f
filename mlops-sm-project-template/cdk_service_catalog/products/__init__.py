"""The products: one folder each, with a definition and the seed code that differs."""
