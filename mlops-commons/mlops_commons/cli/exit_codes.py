"""What the exit codes mean to a script that calls this command line."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of our own; a CDK or test run passes its program's code on."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    WARNINGS = 3
    INTERRUPTED = 130
