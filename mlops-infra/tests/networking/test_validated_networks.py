"""Every variant of a network is valid, also those that no configuration here has.

A delivery validates the templates of its own configuration (`check`); this needs the monorepo only.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.construct


def test_templates_are_valid(variant, every_variant: tuple[str, ...]) -> None:
    files = [str(variant(name).file) for name in every_variant]
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        # W3005: the CDK writes a function's DependsOn beside its GetAtt.
        [str(cfn_lint), "--regions", "eu-west-1", "--ignore-checks", "W3005", "--template", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
