"""The SageMaker pipelines of this project."""
