"""Switch the loopback interface of a new network namespace on, and become a program in it.

`python loopback.py [--reached-by FD PORT] COMMAND ARGUMENT...`: a namespace begins with `lo`
switched off (network namespaces(7)), and a container has it (netdevice(7): SIOCGIFFLAGS,
SIOCSIFFLAGS, IFF_UP). A socket stays in the namespace that it was made in: one that listens
outside, given as a file descriptor, is how SageMaker reaches the port of a container that reaches
nobody itself.
"""

import argparse
import fcntl
import os
import socket
import struct
import threading

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
REQUEST = "16sH14s"
CHUNK = 65_536
LOOK_SECONDS = 1.0
"""How often what passes calls on looks whether the program is still there."""


def main() -> None:
    """Switch it on, then run the command in the place of this program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reached-by", nargs=2, type=int, metavar=("FD", "PORT"))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack(REQUEST, b"lo", 0, b"")
        _, flags, _ = struct.unpack(REQUEST, fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(REQUEST, b"lo", flags | IFF_UP, b""))
    if given.reached_by:
        descriptor, port = given.reached_by
        program = os.getpid()
        if os.fork() == 0:
            _pass_on(socket.socket(fileno=descriptor), port, program)
            os._exit(0)
        # The program itself has no way out.
        os.close(descriptor)
    os.execvp(given.command[0], given.command)


def _pass_on(listener: socket.socket, port: int, program: int) -> None:
    """Hand each call from outside to the port of the program, until the program is gone."""
    listener.settimeout(LOOK_SECONDS)
    while os.getppid() == program:
        try:
            caller, _ = listener.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_joined, args=(caller, port), daemon=True).start()


def _joined(caller: socket.socket, port: int) -> None:
    caller.settimeout(None)
    with caller:
        try:
            called = socket.create_connection(("127.0.0.1", port))
        except OSError:
            return  # it does not listen yet, and the caller sees a connection that ends
        with called:
            back = threading.Thread(target=_copied, args=(called, caller), daemon=True)
            back.start()
            _copied(caller, called)
            back.join()


def _copied(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return  # either end has gone, which ends the other copy too


if __name__ == "__main__":
    main()
