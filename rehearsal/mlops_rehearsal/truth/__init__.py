"""What proves what the platform says of itself and of AWS: the table of docs/truth.md."""
