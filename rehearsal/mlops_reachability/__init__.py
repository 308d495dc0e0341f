"""Who can become whom: computed over everything that is synthesised."""
