"""How an emulated service refuses a request."""


class ServiceError(Exception):
    """An error of a service: its code and the message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message
