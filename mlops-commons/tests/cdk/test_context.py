"""What in cdk.json would be used in half is refused with one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from mlops_commons.cdk.platform_app import check_boundary, check_qualifier, platform_app
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.construct
KEY = "@aws-cdk/core:bootstrapQualifier"
PROGRAM = """
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.cli.errors import reported_errors
with reported_errors():
    platform_app()
"""
BOUNDARY = "@aws-cdk/core:permissionsBoundary"


def test_another_qualifier_is_refused_with_the_next_step(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), context={KEY: "acmeml01"})
    with pytest.raises(PlatformError, match="acmeml01") as raised:
        check_qualifier(app, "hnb659fds")
    assert "org: {bootstrap: {qualifier: acmeml01}}" in raised.value.hint


def test_the_cdks_own_qualifier_may_be_written_out(tmp_path: Path) -> None:
    check_qualifier(cdk.App(outdir=str(tmp_path), context={KEY: "hnb659fds"}), "hnb659fds")
    assert platform_app(outdir=str(tmp_path))


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({BOUNDARY: {"name": "org-boundary"}}, ("'org-boundary'", "use-a-permissions-boundary.md")),
        ({KEY: "acmeml01"}, ("'acmeml01'", "qualifier: acmeml01")),
    ],
    ids=["a boundary that replaces those of personas and projects", "another qualifier"],
)
def test_an_app_refuses_what_the_context_of_cdk_json_would_change(
    tmp_path: Path, context: dict[str, Any], words: tuple[str, ...]
) -> None:
    """In a process of its own: the CDK reads the context that it is given when it starts."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "CDK_CONTEXT_JSON": json.dumps(context)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr


def test_the_cdk_writes_that_boundary_over_the_one_that_a_role_has(tmp_path: Path) -> None:
    """Why it is refused: when this is red, the CDK has changed, and both may stand together."""
    app = cdk.App(outdir=str(tmp_path), context={BOUNDARY: {"name": "org-boundary"}})
    stack = cdk.Stack(app, "Stack")
    own = iam.ManagedPolicy.from_managed_policy_name(stack, "Own", "own-boundary")
    principal = iam.ServicePrincipal("lambda.amazonaws.com")
    iam.Role(stack, "Role", assumed_by=principal, permissions_boundary=own)
    (role,) = Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    assert "policy/org-boundary" in json.dumps(role["Properties"]["PermissionsBoundary"])
    with pytest.raises(PlatformError):
        check_boundary(app)
