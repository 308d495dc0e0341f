"""How an emulated service refuses a request."""


class ServiceError(Exception):
    """An error of a service: its code and the message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
