"""An AWS of several accounts as a process of this machine, in an environment of its own."""
