"""Scanners that others wrote, over templates of ours: what they find, and what is explained."""
