"""Configuration, command line and shared CDK constructs of the MLOps platform."""
