"""The verbs that look into accounts or change them directly."""
