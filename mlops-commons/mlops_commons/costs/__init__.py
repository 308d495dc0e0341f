"""What a configuration costs: by the hour from its templates, and by use in cases."""
