"""Accounts made ready for deployments: the bootstrap plan, its policies and their execution."""
