"""What scanners of others find in every template is explained, row by row, and no row is idle."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from scanned_templates import write_templates

from mlops_rehearsal.scanners import cfn_guard, checkov, nag
from mlops_rehearsal.scanners.explained import unexplained, unused
from mlops_rehearsal.scanners.finding import Finding, Scanner
from mlops_rehearsal.scanners.table import EXPLAINED

pytestmark = pytest.mark.scanners

Scan = Callable[[Sequence[Path], Path], list[Finding]]
SCANNERS: dict[Scanner, Scan] = {
    Scanner.CHECKOV: checkov.findings,
    Scanner.CFN_GUARD: cfn_guard.findings,
    Scanner.CDK_NAG: nag.findings,
}
OPEN_BUCKET = {
    Scanner.CHECKOV: "CKV_AWS_53",
    Scanner.CFN_GUARD: "s3_bucket_level_public_access_prohibited_check",
    Scanner.CDK_NAG: "S3BucketPublicReadProhibited",
}
"""By which rule each of them finds a bucket that anybody may be let into."""


def test_every_finding_of_every_scanner_is_explained_and_no_explanation_is_unused(
    tmp_path: Path,
) -> None:
    folders = [tmp_path / name for name in ("templates", "work", *SCANNERS)]
    for folder in folders:
        folder.mkdir()
    templates = write_templates(*folders[:2])
    assert len(templates) >= 25
    found = [
        finding
        for scanner, folder in zip(SCANNERS, folders[2:], strict=True)
        for finding in SCANNERS[scanner](templates, folder)
    ]
    assert {finding.scanner for finding in found} == set(Scanner)
    assert unexplained(found, EXPLAINED) == []
    assert [str(claim) for claim in unused(found, EXPLAINED)] == []


@pytest.mark.parametrize("scanner", SCANNERS)
def test_a_scanner_finds_a_bucket_that_anybody_may_be_let_into(
    scanner: Scanner, tmp_path: Path
) -> None:
    def scanned(folder: str, **properties: object) -> list[str]:
        bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
        (tmp_path / folder).mkdir()
        template = tmp_path / f"{folder}.template.json"
        template.write_text(json.dumps({"Resources": {"Planted": bucket}}))
        found = unexplained(SCANNERS[scanner]([template], tmp_path / folder), EXPLAINED)
        return [finding.rule for finding in found if finding.resource == "Planted"]

    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    closed = dict.fromkeys(names, True)
    assert OPEN_BUCKET[scanner] in scanned("open")
    assert OPEN_BUCKET[scanner] not in scanned("closed", PublicAccessBlockConfiguration=closed)
