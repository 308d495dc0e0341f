"""What goes wrong by settings or configuration; people see the message without a traceback."""


class DeployError(Exception):
    """Something that a person can fix; the message says what, where and how."""
