"""Faults as people make them: how each is planted, where it shows, and what is said then."""
