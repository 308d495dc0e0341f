"""What runs in Lambda: the standard library, boto3, and nothing else of this repository."""
