"""How permissions are written down: statements and key policies."""
