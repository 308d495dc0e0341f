"""The verbs of the two CDK apps."""
