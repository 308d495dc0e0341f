"""Who may do what: personas, their policies and roles."""
