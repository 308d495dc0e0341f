"""List the names of MiniStack that are used, and end with 1 where the installed one differs."""

import sys
from importlib.metadata import version

from ministack_aws.engine import (
    application,
    cloudformation,
    cloudwatch,
    codebuild,
    ec2,
    ecr,
    eventbridge,
    functions,
    iam,
    kms,
    logs,
    requests,
    s3,
    sns,
    tagging,
)
from ministack_aws.engine.names import USED, differences

MODULES = (
    *(application, cloudformation, cloudwatch, codebuild, ec2, ecr, eventbridge, functions, iam),
    *(kms, logs, requests, s3, sns, tagging),
)
"""Those that name something of MiniStack."""


def main() -> int:
    """Print what is used, then what is different."""
    found = differences()
    lines = [f"ministack {version('ministack')}", *map(str, USED), *(f"! {row}" for row in found)]
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
