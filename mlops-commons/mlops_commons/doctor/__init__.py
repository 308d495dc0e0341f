"""Whether this machine, the configuration and the accounts are fit for the platform."""
