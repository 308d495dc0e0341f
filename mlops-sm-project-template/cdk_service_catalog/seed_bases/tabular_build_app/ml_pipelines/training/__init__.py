"""The pipeline that trains the model."""
