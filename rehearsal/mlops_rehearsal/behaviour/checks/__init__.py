"""Checks of one template: each yields what would go wrong in AWS, and why."""
