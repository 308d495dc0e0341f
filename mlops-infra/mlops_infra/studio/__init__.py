"""SageMaker Studio: domain, user profiles, lifecycle and projects."""
