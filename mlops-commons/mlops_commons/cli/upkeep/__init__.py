"""The verbs that keep this repository in order: checks, documentation, completion."""
