"""Cloud assemblies and their templates, read back."""
