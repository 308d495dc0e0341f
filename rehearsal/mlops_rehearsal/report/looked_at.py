"""A look into every account as its administrator, before anything is removed."""

import json
from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.report.assemblies import acknowledgements, costs
from mlops_rehearsal.report.deployed import (
    Bucket,
    Deployed,
    DeployedTemplate,
    ManagedPolicy,
    ModelVersion,
    Role,
)
from mlops_rehearsal.report.observed import GONE
from mlops_rehearsal.world.places import places
from mlops_rehearsal.world.world import World

ABSENT: Final = frozenset(
    {"ServerSideEncryptionConfigurationNotFoundError", "NoSuchPublicAccessBlockConfiguration"}
    | {"NoSuchBucketPolicy"}
)
"""What S3 answers where a bucket has no such setting (S3 API Reference, List of error codes)."""


def look(world: World) -> Deployed:
    """Read the accounts that somebody may look into already.

    Raises:
        PlatformError: the emulator does not answer, or refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    found = [p for p in places(world.config) if p.account in world.administrators]
    spots = tuple(dict.fromkeys((place.account, place.region) for place in found))
    # IAM and the list of buckets are one for all regions of an account.
    accounts = tuple({account: region for account, region in reversed(spots)}.items())[::-1]
    try:
        costed = costs(world)
        return Deployed(
            templates=tuple(t for spot in spots for t in _templates(world, *spot)),
            roles=tuple(r for spot in accounts for r in _roles(world, *spot)),
            policies=tuple(p for spot in accounts for p in _policies(world, *spot)),
            buckets=tuple(b for spot in accounts for b in _buckets(world, *spot)),
            versions=tuple(_versions(world)),
            acknowledgements=acknowledgements(world.checkout),
            costs=costed.accounts,
            cases=costed.cases,
            prices_of=costed.prices_of,
        )
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(
            f"the accounts cannot be read: {error}", hint="see the log of the emulator with --keep"
        ) from error


def _templates(world: World, account: str, region: str) -> Iterator[DeployedTemplate]:
    reader = world.administrator("cloudformation", account, region)
    for page in reader.get_paginator("list_stacks").paginate():
        for stack in page["StackSummaries"]:
            if stack["StackStatus"] != GONE:
                name = str(stack["StackName"])
                body = reader.get_template(StackName=name)["TemplateBody"]
                yield DeployedTemplate(
                    account=account, region=region, stack=name, template=_template(body)
                )


def _template(body: Any) -> Any:
    """CloudFormation gives JSON as data and anything else, such as the bootstrap, as text."""
    if not isinstance(body, str):
        return json.loads(json.dumps(body))
    try:
        return json.loads(body)
    except ValueError:
        return {"Text": body}


def _roles(world: World, account: str, region: str) -> Iterator[Role]:
    iam = world.administrator("iam", account, region)
    for page in iam.get_paginator("list_roles").paginate():
        for listed in page["Roles"]:
            name = listed["RoleName"]
            # Only this call tells the boundary.
            role = iam.get_role(RoleName=name)["Role"]
            inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
            attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
            yield Role(
                account=account,
                name=name,
                trust=role["AssumeRolePolicyDocument"],
                boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
                managed=tuple(sorted(policy["PolicyArn"] for policy in attached)),
                inline={
                    policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                    for policy in sorted(inline)
                },
            )


def _policies(world: World, account: str, region: str) -> Iterator[ManagedPolicy]:
    iam = world.administrator("iam", account, region)
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        for policy in page["Policies"]:
            arn = policy["Arn"]
            version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
            document = version["PolicyVersion"]["Document"]
            yield ManagedPolicy(account=account, arn=arn, document=document)


def _buckets(world: World, account: str, region: str) -> Iterator[Bucket]:
    s3 = world.administrator("s3", account, region)
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        found = _setting(s3.get_bucket_encryption, name).get("ServerSideEncryptionConfiguration")
        rules = (found or {}).get("Rules", [{}])
        default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
        block = _setting(s3.get_public_access_block, name).get("PublicAccessBlockConfiguration", {})
        yield Bucket(
            account=account,
            name=name,
            encryption=default.get("SSEAlgorithm", ""),
            key=default.get("KMSMasterKeyID", ""),
            blocked=len(block) == 4 and all(block.values()),
            policy=json.loads(_setting(s3.get_bucket_policy, name).get("Policy", "{}")),
        )


def _setting(read: Any, bucket: str) -> Any:
    """What a bucket has set; nothing where it has not."""
    from botocore.exceptions import ClientError

    try:
        return read(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
        return {}


def _versions(world: World) -> Iterator[ModelVersion]:
    for project in world.trainable:
        sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
        pages = sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=project.full_name
        )
        for page in pages:
            for row in page["ModelPackageSummaryList"]:
                yield ModelVersion(
                    project=project.full_name,
                    version=str(row["ModelPackageArn"]),
                    status=str(row["ModelApprovalStatus"]),
                )
