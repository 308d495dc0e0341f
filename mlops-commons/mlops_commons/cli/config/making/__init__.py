"""The configuration files made: by questions, by flags, or of those of the older layout."""
