"""The acts of a rehearsal, in the order of their table."""
