"""The verbs of the configuration files."""
