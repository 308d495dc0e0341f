"""What projects may deploy into a stage, and with which roles: their own, never the platform's."""
