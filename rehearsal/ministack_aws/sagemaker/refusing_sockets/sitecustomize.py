"""In a container in network isolation, sockets reach loopback and nothing else."""

import errno
import ipaddress
import os
import socket
from typing import Any, NoReturn

LOCAL = ("127.", "::1", "localhost")


def _refuse() -> NoReturn:
    raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))


class _Socket(socket.socket):
    """A socket that connects to this machine alone, or to a file."""

    def connect(self, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOCAL):
            _refuse()
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or errno.ENETUNREACH
        return 0

    def sendto(self, *arguments: Any) -> int:
        address = arguments[-1]
        if isinstance(address, tuple) and not str(address[0]).startswith(LOCAL):
            _refuse()
        return super().sendto(*arguments)


_resolve = socket.getaddrinfo


def _is_name(host: Any) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return bool(host) and not str(host).startswith(LOCAL)
    return False


def _getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
    if _is_name(host):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return _resolve(host, *arguments, **named)


socket.socket = _Socket  # type: ignore[misc]
socket.getaddrinfo = _getaddrinfo
