"""Every physical name of the platform, made by pure functions."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from mlops_commons.utilities.words import odd_letter

HASH_LENGTH: Final = 8
MAXIMUM_PROJECT_BUCKET_PREFIX: Final = 22
"""63 characters of a bucket's name less id (16), account (12), purpose (9), hyphens and spare."""


@dataclass(frozen=True)
class NameRule:
    """What a service allows as a name.

    Attributes:
        what: the kind of name, for messages.
        maximum: the longest name, in characters.
        pattern: the characters of a whole name, as a regular expression.
        source: where the limit is documented.
        reserved: names that the service keeps for itself, as a regular expression.
    """

    what: str
    maximum: int
    pattern: str
    source: str
    reserved: str = ""

    def violation(self, name: str) -> str:
        """Why `name` is not allowed, and by how much; empty when it is."""
        if len(name) > self.maximum:
            excess = len(name) - self.maximum
            return (
                f"{self.what} '{name}' is {len(name)} characters long, "
                f"{excess} over the limit of {self.maximum}"
            )
        if not re.fullmatch(self.pattern, name):
            return f"{self.what} '{name}'{odd_letter(name)} does not match {self.pattern}"
        if self.reserved and re.fullmatch(self.reserved, name):
            return f"{self.what} '{name}' is of a form that AWS keeps for itself"
        return ""


STACK: Final = NameRule(
    "CloudFormation stack name", 128, r"[A-Za-z][A-Za-z0-9-]*", "API_CreateStack, StackName"
)
REPOSITORY: Final = NameRule(
    "CodeCommit repository name",
    100,
    r"(?!.*\.git$)[A-Za-z0-9_.-]+",
    "API_CreateRepository, repositoryName",
)
PIPELINE: Final = NameRule(
    "CodePipeline name", 100, r"[A-Za-z0-9.@_-]+", "API_PipelineDeclaration, name"
)
RESERVED_BUCKETS: Final = (
    r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|[.]mrap|--x-s3|--table-s3)"
    r"|([0-9]+[.]){3}[0-9]+"
)
"""Amazon S3 User Guide, "General purpose bucket naming rules"."""
BUCKET: Final = NameRule(
    "S3 bucket name",
    63,
    r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "bucketnamingrules",
    reserved=RESERVED_BUCKETS,
)
FOREIGN_BUCKET: Final = NameRule(
    "S3 bucket name",
    63,
    r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]",
    "bucketnamingrules",
    reserved=RESERVED_BUCKETS,
)
"""Of a bucket that others name, with full stops, which the platform's own have none of."""
PARAMETER: Final = NameRule(
    "SSM parameter name", 1011, r"(/[A-Za-z0-9_.-]+){1,15}", "API_PutParameter, Name"
)
DOMAIN: Final = NameRule(
    "SageMaker domain name", 63, r"[a-zA-Z0-9](-*[a-zA-Z0-9])*", "API_CreateDomain, DomainName"
)
USER_PROFILE: Final = NameRule(
    "SageMaker user profile name",
    63,
    r"[a-zA-Z0-9](-*[a-zA-Z0-9])*",
    "API_CreateUserProfile, UserProfileName",
)
ROLE: Final = NameRule("IAM role name", 64, r"[A-Za-z0-9_+=,.@-]+", "API_CreateRole, RoleName")
FUNCTION: Final = NameRule(
    "Lambda function name", 64, r"[a-zA-Z0-9_-]+", "API_CreateFunction, FunctionName"
)


def shorten(name: str, maximum: int) -> str:
    """`name` itself when it fits, else its beginning and a hash of the whole.

    Two different names never end as the same one (but for a collision of 32 bits of SHA-256).

    Raises:
        ValueError: `maximum` leaves no room for the hash.
    """
    if maximum <= HASH_LENGTH + 1:
        raise ValueError(f"cannot shorten to {maximum} characters: {HASH_LENGTH + 2} at least")
    if len(name) <= maximum:
        return name
    return f"{name[: maximum - HASH_LENGTH - 1].rstrip('-_.')}-{digest(name)}"


def digest(name: str) -> str:
    """Eight hexadecimal digits of SHA-256, which keep apart what looks alike when shortened."""
    return hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]


def region_code(region: str) -> str:
    """The short form of a region: `eu-west-1` gives `euw1`, `us-gov-east-1` `usge1`."""
    directions = ("north", "south", "east", "west", "central", "gov")
    for word in directions:
        region = region.replace(word, word[0])
    return region.replace("-", "")


def source_stack(app: str, set_name: str, source: str = "codecommit") -> str:
    """The stack in the governance account with what a set's pipeline of one app begins with.

    Args:
        source: `codecommit`, `connection` or `s3`.
    """
    kind = {"codecommit": "cc-repo", "connection": "connection", "s3": "archive"}[source]
    return f"ml-{app}-{kind}-{set_name}"


def pipeline_stack(app: str, set_name: str) -> str:
    """The stack in the governance account that holds a set's pipeline of one app."""
    return f"ml-{app}-deploy-pipeline-{set_name}"


def repository(repo_name: str, set_name: str) -> str:
    """The CodeCommit repository of a set."""
    return f"{repo_name}_{set_name}"


def review_role(app_prefix: str, app: str, set_name: str, who: str) -> str:
    """The role with which authors or reviewers enter a set's repository of one app."""
    return shorten(f"{app_prefix}-{app}-{set_name}-{who}", ROLE.maximum)


def review_template(app_prefix: str, app: str, set_name: str) -> str:
    """The approval rule of a set's repository of one app."""
    return shorten(f"{app_prefix}-{app}-{set_name}-review", 100)


def pipeline(app_prefix: str, app: str, branch_name: str, set_name: str) -> str:
    """The delivery pipeline of a set; a branch such as `feature/x` loses its slash."""
    return f"{app_prefix}-{app}-{re.sub(r'[^A-Za-z0-9.@_-]', '-', branch_name)}-{set_name}"


def notices_topic(pipeline_name: str) -> str:
    """The topic of a pipeline: its name without the signs that a topic's cannot have.

    Source: Amazon SNS API Reference, CreateTopic, Name.
    """
    return re.sub(r"[^A-Za-z0-9_-]", "-", pipeline_name)


def application(app_prefix: str, app: str) -> str:
    """What the tag `cdk-app` says of everything that an app creates."""
    return f"{app_prefix}-{app}"


def core_stack(stage_name: str, app_directory: str, namespace: str = "") -> str:
    """The stack of an app in a stage's account, such as `dev-mlops-infra`.

    The namespace keeps two stages apart that share one account and region.
    """
    slug = re.sub(r"[^A-Za-z0-9-]+", "-", namespace).strip("-")
    return "-".join(part for part in (slug, stage_name, app_directory) if part)


def bucket(*parts: str, account: str, region: str) -> str:
    """A bucket name, unique by account and region, lower-cased and within 63 characters.

    Only the free parts are shortened; a hash of the whole keeps apart what was shortened or
    had other characters replaced (`bu_1` and `bu-1`).
    """
    suffix = f"-{account}-{region_code(region)}"
    wanted = "-".join(part for part in parts if part)
    stem = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")
    if stem != wanted:
        stem = f"{stem}-{digest(wanted)}"
    return shorten(stem, BUCKET.maximum - len(suffix)) + suffix


def artifact_bucket(app_prefix: str, app: str, set_name: str, *, account: str, region: str) -> str:
    """The artifact bucket of a set's delivery pipeline."""
    return bucket(app_prefix, app, "pipeline", set_name, account=account, region=region)


def archive_bucket(app_prefix: str, app: str, set_name: str, *, account: str, region: str) -> str:
    """The bucket with the archive that a set's pipeline of one app delivers."""
    return bucket(app_prefix, app, "archive", set_name, account=account, region=region)


def connection(app_prefix: str, app: str, set_name: str) -> str:
    """The connection of a set and app to a git host (CreateConnection, ConnectionName)."""
    return shorten(f"{app_prefix}-{app}-{set_name}", 32)


def aws_profile(account: str, region: str) -> str:
    """The AWS profile assumed for an account when the configuration names none."""
    return f"cdk_{account}_{region}"


def execution_policy_file(account: str, region: str) -> str:
    """The file with the CloudFormation execution policy of an account."""
    return f"execution_policy_{account}_{region}.json"


def is_execution_policy_file(name: str) -> bool:
    """Whether a file's name is one that `execution_policy_file` makes."""
    return re.fullmatch(r"execution_policy_[0-9]{12}_[a-z0-9-]+\.json", name) is not None


def studio_domain(domain_name: str, set_name: str, stage_name: str) -> str:
    """The SageMaker domain of a stage."""
    return shorten(f"{domain_name}-{set_name}-{stage_name}", DOMAIN.maximum)


def user_profile(prefix: str, name: str) -> str:
    """A Studio user profile; the prefix stays visible in the name."""
    return "-".join(part for part in (prefix, name) if part)


def project_boundary(app_prefix: str, set_name: str, region: str) -> str:
    """The permissions boundary of the roles that projects of a set make; IAM has no regions."""
    return shorten(f"{app_prefix}-{set_name}-project-boundary-{region_code(region)}", 128)


def deployment_boundary(app_prefix: str, set_name: str, stage_name: str, region: str) -> str:
    """The permissions boundary of the roles that projects deploy into a stage."""
    name = f"{app_prefix}-{set_name}-{stage_name}-deployment-boundary-{region_code(region)}"
    return shorten(name, 128)


def project_deploy_role(app_prefix: str, set_name: str, stage_name: str, region: str) -> str:
    """The role in a stage with which deploy pipelines of projects make and run change sets."""
    name = f"{app_prefix}-{set_name}-{stage_name.lower()}-project-deploy-{region_code(region)}"
    return shorten(name, ROLE.maximum)


def project_cloudformation_role(
    app_prefix: str, set_name: str, stage_name: str, region: str
) -> str:
    """The role in a stage with which CloudFormation makes what projects deploy."""
    name = f"{app_prefix}-{set_name}-{stage_name.lower()}-project-cfn-{region_code(region)}"
    return shorten(name, ROLE.maximum)


def approver_role(app_prefix: str, set_name: str, region: str) -> str:
    """The role of dev that approves what projects of a set deploy; IAM has no regions."""
    return shorten(f"{app_prefix}-{set_name}-approver-{region_code(region)}", 64)


def project_bucket_prefix(app_prefix: str) -> str:
    """What the buckets of projects begin with, before `-p-` and the rest of the project's id."""
    return shorten(app_prefix.lower(), MAXIMUM_PROJECT_BUCKET_PREFIX)


def gate_function(app_prefix: str, set_name: str, purpose: str, region: str) -> str:
    """A function of the gate of a set's projects, and its role; IAM has no regions.

    A function's name and a role's may have 64 characters (API_CreateFunction, API_CreateRole).

    Args:
        purpose: `choose`, `verify`, `seal` or `check`.
    """
    name = f"{app_prefix}-{set_name}-gate-{purpose}-{region_code(region)}"
    clean = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    return shorten(clean if clean == name else f"{clean}-{digest(name)}", 64)
