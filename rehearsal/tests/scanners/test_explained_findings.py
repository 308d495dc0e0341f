"""A row explains what it names, and nothing else."""

from dataclasses import replace

import pytest

from mlops_rehearsal.scanners.explained import Explained, unexplained, unused
from mlops_rehearsal.scanners.finding import Finding, Scanner
from mlops_rehearsal.scanners.table import EXPLAINED

pytestmark = pytest.mark.pure

ROW = Explained(
    rules={Scanner.CHECKOV: ("CKV_AWS_18",)},
    resources=("AssetsAccessLogs",),
    templates=r"sample\..*",
    why="a log bucket",
)
FOUND = Finding(
    scanner=Scanner.CHECKOV,
    rule="CKV_AWS_18",
    kind="AWS::S3::Bucket",
    resource="AssetsAccessLogs1515BAC6",
    template="sample.dev.template.json",
)


def test_a_finding_that_a_row_names_is_explained() -> None:
    assert unexplained([FOUND], [ROW]) == []
    assert unused([FOUND], [ROW]) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, scanner=Scanner.CDK_NAG),
        replace(FOUND, rule="CKV_AWS_19"),
        replace(FOUND, resource="AssetsAccessLogsOfSomebody"),
        replace(FOUND, resource="OtherAssetsAccessLogs1515BAC6"),
        replace(FOUND, template="endpoints-only.dev.template.json"),
    ],
    ids=["scanner", "rule", "longer name", "other name", "template"],
)
def test_another_finding_is_not_and_leaves_the_row_unused(other: Finding) -> None:
    assert unexplained([other], [ROW]) == [other]
    assert [str(claim) for claim in unused([other], [ROW])] == [
        "checkov CKV_AWS_18 at AssetsAccessLogs"
    ]


def test_no_finding_is_explained_twice() -> None:
    claims = [str(claim) for row in EXPLAINED for claim in row.claims()]
    assert len(claims) == len(set(claims))
