"""Where MiniStack 1.5.33 differs from AWS: each correction quotes what AWS documents."""

import os

import ministack.core.iam_evaluator as evaluator
import ministack.services.ec2 as ec2
import ministack.services.ecr as ecr
import ministack.services.iam as iam
import ministack.services.kms as kms
import ministack.services.s3 as s3
from ministack.core.iam_actions import _s3_action
from ministack.core.responses import (
    error_response_json,
    get_account_id,
    get_region,
    request_scope,
)


def register(handlers):
    """Wrap the handlers that need it."""
    vpc, bucket = handlers["AWS::EC2::VPC"], handlers["AWS::S3::Bucket"]
    vpc["create"] = _with_block(vpc["create"])
    bucket["create"] = _with_tags(bucket["create"], 1)
    bucket["update"] = _with_tags(bucket["update"], 2)
    bucket["delete"] = _empty_only(bucket["delete"])
    function = handlers["AWS::Lambda::Function"]
    function["create"] = _runnable(function["create"])
    role = handlers["AWS::IAM::Role"]
    role["create"] = _with_known_policies(_with_boundary(role["create"], 1), 1)
    role["update"] = _with_known_policies(_with_boundary(role["update"], 2), 2)
    resolve = _with_role_tags(_with_principal(evaluator._resolve_condition_key))
    evaluator._resolve_condition_key = _with_bucket_owner(resolve)
    s3._foreign_bucket_allows = _by_who_asks(s3._foreign_bucket_allows)
    s3._get_object_data = _from_any_account(s3._get_object_data)
    ecr._describe_images = _only_those_there(ecr._describe_images)
    kms.key_policy_for_arn = _where_the_key_is(kms.key_policy_for_arn)


def _where_the_key_is(policy_of):
    """KMS Developer Guide, "Allowing users in other accounts to use a KMS key": "The key policy for
    the KMS key must give the external account (or users and roles in the external account)
    permission to use the KMS key"; the policy is in the account of the key, not of the caller."""

    def wrapped(key_arn):
        parts = key_arn.split(":")
        if len(parts) < 6 or not parts[4]:
            return policy_of(key_arn)
        with request_scope(parts[4], parts[3]):
            return policy_of(key_arn)

    return wrapped


def _with_block(create):
    """AWS::EC2::VPC, Return values: "CidrBlock: The primary IPv4 CIDR block for the VPC"."""

    def wrapped(*arguments):
        vpc, attributes = create(*arguments)
        attributes.setdefault("CidrBlock", ec2._vpcs[vpc]["CidrBlock"])
        attributes.setdefault("VpcId", vpc)
        return vpc, attributes

    return wrapped


def _with_boundary(change, position):
    """AWS::IAM::Role, PermissionsBoundary: "The ARN of the policy used to set the permissions
    boundary for the role"; a policy that is not there is refused (API_CreateRole)."""

    def wrapped(*arguments, **options):
        boundary = arguments[position].get("PermissionsBoundary")
        if boundary and boundary.split(":")[4] != "aws" and boundary not in iam._policies:
            raise ValueError(f"Scope ARN: {boundary} does not exist or is not attachable.")
        role, attributes = change(*arguments, **options)
        iam._roles[role]["PermissionsBoundary"] = boundary
        return role, attributes

    return wrapped


def _with_known_policies(change, position):
    """API_AttachRolePolicy, NoSuchEntity: "The request was rejected because it referenced a
    resource entity that does not exist"."""

    def wrapped(*arguments, **options):
        for policy in arguments[position].get("ManagedPolicyArns", ()):
            if policy.split(":")[4] != "aws" and policy not in iam._policies:
                raise ValueError(f"Policy {policy} does not exist or is not attachable.")
        return change(*arguments, **options)

    return wrapped


def _only_those_there(describe):
    """API_DescribeImages, ImageNotFoundException: "The image requested does not exist in the
    specified repository"."""

    def wrapped(request):
        name, wanted = request.get("repositoryName", ""), request.get("imageIds") or ()
        if name in ecr._repositories:
            for image in wanted:
                if ecr._find_image(name, image) is None:
                    message = f"The image with imageId {image} does not exist within the repository"
                    return error_response_json("ImageNotFoundException", message, 400)
        return describe(request)

    return wrapped


def _with_tags(change, position):
    """AWS::S3::Bucket, Tags: "An arbitrary set of tags (key-value pairs) for this S3 bucket"."""

    def wrapped(*arguments, **options):
        bucket, attributes = change(*arguments, **options)
        tags = {tag["Key"]: tag["Value"] for tag in arguments[position].get("Tags", ())}
        if tags:
            s3._bucket_tags[bucket] = tags
        return bucket, attributes

    return wrapped


def _empty_only(delete):
    """AWS::S3::Bucket: "You can only delete empty buckets"."""

    def wrapped(physical_id, properties):
        if (s3._buckets.get(physical_id) or {}).get("objects"):
            raise ValueError("The bucket you tried to delete is not empty")
        return delete(physical_id, properties)

    return wrapped


def _runnable(create):
    """Refuse an unknown role as Lambda does, and trust the emulator's certificate.

    API_CreateFunction, Role; functions that name the certificates of the Lambda image
    (`/etc/pki/...`, as the CDK's BucketDeployment does) get those of the emulator.
    """

    def wrapped(logical_id, properties, stack_name):
        if str(properties.get("Role", "")).rpartition("/")[2] not in iam._roles:
            raise ValueError("The role defined for the function cannot be assumed by Lambda.")
        variables = (properties.get("Environment") or {}).get("Variables") or {}
        if "AWS_CA_BUNDLE" in variables:
            trusted = {**variables, "AWS_CA_BUNDLE": os.environ.get("AWS_CA_BUNDLE", "")}
            properties = {**properties, "Environment": {"Variables": trusted}}
        return create(logical_id, properties, stack_name)

    return wrapped


def _with_principal(resolve):
    """IAM User Guide, aws:PrincipalArn: "For IAM roles, the request context returns the ARN of the
    role, not the ARN of the user that assumed the role"."""

    def wrapped(key, context):
        session = context.principal_arn
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in session:
            return resolve(key, context)
        account, name = context.principal_account, session.split("/")[1]
        role = iam._roles.get_scoped(account, None, name)
        return role["Arn"] if role else f"arn:aws:iam::{account}:role/{name}"

    return wrapped


def _with_role_tags(resolve):
    """Service Authorization Reference, STS, AssumeRole: the key iam:ResourceTag/${TagKey}."""

    def wrapped(key, context):
        prefix, _, wanted = key.partition("/")
        if prefix.lower() != "iam:resourcetag" or ":role/" not in context.resource_arn:
            return resolve(key, context)
        account = context.resource_arn.split(":")[4]
        role = iam._roles.get_scoped(account, None, context.resource_arn.rpartition("/")[2]) or {}
        tags = {tag["Key"].lower(): tag["Value"] for tag in role.get("Tags") or ()}
        return tags.get(wanted.lower())

    return wrapped


def _with_bucket_owner(resolve):
    """IAM User Guide, aws:ResourceAccount: the account that owns the resource; a bucket's ARN
    does not say it, and CDK's deploy role asks for a bucket of another account."""

    def wrapped(key, context):
        if key.lower() in ("aws:resourceaccount", "s3:resourceaccount"):
            _, _, resource = context.resource_arn.partition("arn:aws:s3:::")
            owner = resource and s3._bucket_owner_account(resource.partition("/")[0])
            if owner:
                return owner
        return resolve(key, context)

    return wrapped


def _by_who_asks(allows):
    """S3 User Guide, Principals for bucket policies: a policy may name a role of another account.

    MiniStack asks for the account's root only, which such a policy does not name.
    """

    def wrapped(owner, bucket, key, method, query, caller, headers=None):
        if allows(owner, bucket, key, method, query, caller, headers):
            return True
        who = evaluator.caller_arn()
        policy = s3._bucket_policies.get_scoped(owner, None, bucket)
        if not policy or not caller or f":{caller}:" not in who:
            return False
        path = f"/{bucket}/{key}" if key else f"/{bucket}"
        reading = "GetObject" if method in ("GET", "HEAD") else "PutObject"
        question = evaluator.EvalContext(
            principal_arn=who,
            principal_type="AssumedRole" if ":assumed-role/" in who else "User",
            principal_account=caller,
            action=f"s3:{_s3_action(method, path, query) or reading}",
            resource_arn=f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}",
            region=get_region(),
        )
        return evaluator.evaluate_resource_policy(policy, question).decision == "Allow"

    return wrapped


def _from_any_account(get):
    """API_CreateChangeSet, TemplateURL: a template in a bucket that the caller may read, of any
    account; MiniStack looks in the buckets of the caller's account only."""

    def wrapped(bucket, key, version_id=None):
        owner, caller = s3._bucket_owner_account(bucket), get_account_id()
        if owner in (None, caller):
            return get(bucket, key, version_id)
        if not s3._foreign_bucket_allows(owner, bucket, key, "GET", {}, caller):
            return None
        with request_scope(owner, get_region()):
            return get(bucket, key, version_id)

    return wrapped
