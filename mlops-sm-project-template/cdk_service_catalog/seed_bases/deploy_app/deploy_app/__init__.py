"""Takes a version of the project's model to every stage of its account set."""
