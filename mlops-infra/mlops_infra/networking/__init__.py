"""The network of a stage: a VPC, created or imported, and its endpoints."""
