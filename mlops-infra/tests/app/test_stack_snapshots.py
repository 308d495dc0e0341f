"""A snapshot per stack: a changed logical id or property shows in review.

Accept an intended change with `./mlops-multi-account.sh generate --snapshots`.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

pytestmark = pytest.mark.app

STACKS = {
    "repository": "ml-infra-cc-repo-business-unit-1.template.json",
    "pipeline": "ml-infra-deploy-pipeline-business-unit-1.template.json",
    "dev": "assembly-ml-infra-deploy-pipeline-business-unit-1-dev",
    "preprod": "assembly-ml-infra-deploy-pipeline-business-unit-1-preprod",
    "prod": "assembly-ml-infra-deploy-pipeline-business-unit-1-prod",
}


def masked(template: dict[str, Any]) -> Any:
    """The template without what changes with every edit of any file: hashes of assets."""
    text = re.sub(r"[0-9a-f]{64}", "<asset>", json.dumps(template))
    return json.loads(re.sub(r"buildspec-[0-9a-f]+", "buildspec-<asset>", text))


def test_every_stack_of_the_sample_is_in_the_table(sample_assembly: Any) -> None:
    for name in sample_assembly.templates():
        assert any(name.startswith(prefix) for prefix in STACKS.values()), name


@pytest.mark.parametrize("stack", list(STACKS))
def test_the_template_is_as_reviewed(
    sample_assembly: Any, snapshot: SnapshotAssertion, stack: str
) -> None:
    (template,) = (
        template
        for name, template in sample_assembly.templates().items()
        if name.startswith(STACKS[stack])
    )
    assert masked(template) == snapshot(extension_class=JSONSnapshotExtension, name=stack)
