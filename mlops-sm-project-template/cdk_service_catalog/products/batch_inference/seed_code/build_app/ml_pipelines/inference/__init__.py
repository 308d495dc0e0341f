"""The pipeline that scores a batch of data in every stage."""
