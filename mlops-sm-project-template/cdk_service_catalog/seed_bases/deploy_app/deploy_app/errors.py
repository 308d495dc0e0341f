"""What goes wrong by settings or configuration; people see the message without a traceback."""


class DeployError(Exception):
    """Something that a person can mend; the message says what, where and how."""
