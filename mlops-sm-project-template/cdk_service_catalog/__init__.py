"""The Service Catalog portfolio of SageMaker project templates."""
