"""A rehearsal as it happens, on a page of this machine alone."""
