"""The bootstrap as a service-managed StackSet: a template and parameters for each kind of account.

Source: AWS CDK Developer Guide, "Bootstrap your environment for use with the AWS CDK", and
CloudFormation User Guide, "AWS CloudFormation StackSets": service-managed permissions deploy to
organizational units, never to the management account.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mlops_commons.accounts.account_policies import AccountPolicy
from mlops_commons.accounts.bootstrap_record import tags_of
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

TEMPLATE: Final = REPOSITORY_ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
"""What `cdk bootstrap` deploys, as the pinned CLI ships it."""
NO_KEY: Final = "AWS_MANAGED_KEY"
"""What the CDK CLI gives for a new bootstrap where nobody has asked for a key of its own."""


def stack_set_files(policies: Sequence[AccountPolicy]) -> Mapping[Path, str]:
    """The files by name: a template, the execution policies and the parameters of each account.

    Raises:
        PlatformError: accounts have templates of their own that differ, or a file is missing.
    """
    templates = {policy.row.toolkit.template or TEMPLATE for policy in policies}
    if len(templates) > 1:
        shown = ", ".join(sorted(map(str, templates)))
        raise PlatformError(
            f"a StackSet has one template, but these accounts have several: {shown}",
            hint="write one with --set or --stage for each of them",
        )
    (template,) = templates
    if not template.is_file():
        raise PlatformError(
            f"there is no bootstrap template '{template}'", hint="./mlops-multi-account.sh setup"
        )
    files = {Path("bootstrap.yaml"): template.read_text(encoding="utf-8")}
    for policy in policies:
        row = policy.row
        place = f"{row.account}-{row.region}"
        files[Path(f"parameters-{place}.json")] = _text(list(_parameters(policy)))
        files[Path(f"tags-{place}.json")] = _text(
            [{"Key": key, "Value": value} for key, value in tags_of(policy, {}).items()]
        )
        for arn, document in zip(policy.arns, policy.documents, strict=False):
            files[Path(f"policy-{place}-{arn.rpartition('/')[2]}.json")] = _text(document)
    return files


def _parameters(policy: AccountPolicy) -> Iterator[Mapping[str, str]]:
    """The parameters that the CDK CLI would give, in the form of `aws cloudformation`."""
    row, toolkit = policy.row, policy.row.toolkit
    values = {
        "Qualifier": toolkit.qualifier,
        "TrustedAccounts": ",".join(row.trust),
        "TrustedAccountsForLookup": "",
        "CloudFormationExecutionPolicies": ",".join(policy.arns),
        "FileAssetsBucketKmsKeyId": toolkit.kms_key_id or NO_KEY,
        "PublicAccessBlockConfiguration": str(toolkit.public_access_block).lower(),
        "InputPermissionsBoundary": row.boundary,
        "ApplyPermissionsBoundaryToAllRoles": str(bool(row.boundary)).lower(),
        "DenyExternalId": str(toolkit.deny_external_id).lower(),
    }
    for key, value in values.items():
        yield {"ParameterKey": key, "ParameterValue": value}


def _text(content: Any) -> str:
    return json.dumps(content, indent=2) + "\n"
