"""Switch the loopback interface of a new network namespace on, and become a program in it.

`python loopback.py COMMAND ARGUMENT...`: a namespace begins with `lo` switched off (network
namespaces(7)), and a container has it (netdevice(7): SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP).
"""

import fcntl
import os
import socket
import struct
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
REQUEST = "16sH14s"


def main() -> None:
    """Switch it on, then run the command in the place of this program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack(REQUEST, b"lo", 0, b"")
        _, flags, _ = struct.unpack(REQUEST, fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(REQUEST, b"lo", flags | IFF_UP, b""))
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
