"""EC2 networks."""
