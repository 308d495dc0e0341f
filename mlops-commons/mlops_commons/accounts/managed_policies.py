"""Execution policies as managed policies of an account: created, given a new version, or left."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from mlops_commons.execution_policies.policy_documents import Document
from mlops_commons.utilities.errors import PlatformError

MAXIMUM_VERSIONS: Final = 5
"""Of a managed policy (IAM and STS quotas)."""
DESCRIPTION: Final = "What CloudFormation may do for the MLOps platform; see its repository"


class Change(StrEnum):
    """What was done to a managed policy."""

    CREATED = "created"
    NEW_VERSION = "new version"
    UNCHANGED = "unchanged"


def put_policies(iam: Any, documents: Mapping[str, Document]) -> dict[str, Change]:
    """Make an account's managed policies hold the documents; what was done, by ARN.

    Args:
        iam: a boto3 client of the account.
        documents: by the ARN of their policy.

    Raises:
        PlatformError: a call is refused; nothing else is used in the place of a policy.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    done = {}
    for arn, document in documents.items():
        try:
            done[arn] = _put(iam, arn, document)
        except (BotoCoreError, ClientError) as error:
            raise PlatformError(
                f"the execution policy {arn} cannot be put in place: {error}",
                hint="sign in with a role that may manage IAM policies there, or name a policy of "
                "your own with execution_policy_arn in cdk-app.yml",
            ) from error
    return done


def _put(iam: Any, arn: str, document: Document) -> Change:
    text = json.dumps(document, separators=(",", ":"))
    try:
        policy = iam.get_policy(PolicyArn=arn)["Policy"]
    except iam.exceptions.NoSuchEntityException:
        name = arn.rpartition("/")[2]
        iam.create_policy(PolicyName=name, PolicyDocument=text, Description=DESCRIPTION)
        return Change.CREATED
    current = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    # boto3 gives the document as the mapping that it holds.
    if current["PolicyVersion"]["Document"] == document:
        return Change.UNCHANGED
    _make_room(iam, arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
    return Change.NEW_VERSION


def _make_room(iam: Any, arn: str) -> None:
    """Remove the oldest version that is not in use when there is no room for another."""
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    if len(versions) < MAXIMUM_VERSIONS:
        return
    unused = [version for version in versions if not version["IsDefaultVersion"]]
    oldest = min(unused, key=lambda version: int(version["VersionId"].removeprefix("v")))
    iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
