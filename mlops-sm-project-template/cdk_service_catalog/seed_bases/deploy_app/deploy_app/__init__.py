"""Takes a version of the project's model to dev, preprod and prod."""
