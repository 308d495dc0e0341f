"""The evidence of a rehearsal in one archive: equal byte for byte for an equal report."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_rehearsal.report.as_json import as_json, text
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.deployed import Deployed, Role
from mlops_rehearsal.report.page import page

SUMS: Final = "SHA256SUMS"
NOTE: Final = """\
Evidence of an emulated rehearsal: no AWS account was used.

report.html     for people; open it in a browser
evidence.json   the same as data, without logs
templates/      the template of every stack, by account and region
policies/       every role and every managed policy, by account
SHA256SUMS      of each of these files

Verify:  sha256sum --check SHA256SUMS      (macOS: shasum -a 256 --check SHA256SUMS)
"""


def bundle(report: Report) -> bytes:
    """A tar archive, not compressed: compressors differ, and the same report is the same archive.

    Names are sorted; times, owners and rights say nothing about the machine.
    """
    files = {name: content.encode() for name, content in sorted(_files(report))}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in sorted({**files, SUMS: sums.encode()}.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def _files(report: Report) -> Iterator[tuple[str, str]]:
    yield "README.txt", NOTE
    yield "report.html", page(report)
    yield "evidence.json", text(as_json(report))
    for name, content in _documents(report.deployed):
        yield name, text(content)


def _documents(deployed: Deployed) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for found in deployed.templates:
        yield f"templates/{found.account}/{found.region}/{found.stack}.json", found.template
    for role in deployed.roles:
        yield f"policies/{role.account}/roles/{role.name}.json", _role(role)
    for policy in deployed.policies:
        name = policy.arn.partition(":policy/")[2].replace("/", "_")
        content = {"Arn": policy.arn, "PolicyDocument": policy.document}
        yield f"policies/{policy.account}/managed/{name}.json", content


def _role(role: Role) -> Mapping[str, Any]:
    """With the names of IAM's GetAccountAuthorizationDetails, which tools for policies read."""
    return {
        "RoleName": role.name,
        "AssumeRolePolicyDocument": role.trust,
        "PermissionsBoundary": role.boundary,
        "AttachedManagedPolicies": list(role.managed),
        "RolePolicyList": [
            {"PolicyName": name, "PolicyDocument": document}
            for name, document in role.inline.items()
        ],
    }
