"""What the configuration's keys mean and where their values come from."""
