"""The pipeline that fine-tunes the model."""
