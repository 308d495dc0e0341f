"""IAM beside MiniStack: decisions counted, sessions of services, what a role may do."""
