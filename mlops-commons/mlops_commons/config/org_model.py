"""The model of the block `org` in `cdk-app.yml`, as it stands in the file."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from mlops_commons.config.builds_model import BuildsFile
from mlops_commons.config.values import (
    MOST_OF_A_PATH,
    ConfigModel,
    Shape,
    Text,
    lowered,
    named_in_iam,
    of_text,
)
from mlops_commons.organization import FlowLogArchive, FlowLogFormat
from mlops_commons.utilities.toolkit import QUALIFIER, STACK, Toolkit


def _listed(value: Any) -> Any:
    """IAM takes one text or a list of them."""
    return (value,) if isinstance(value, str) else value


def _not_an_arn(value: str) -> str:
    if value.startswith("arn:"):
        raise ValueError(
            f"'{value}' is an ARN; write what stands after ':policy/', because a boundary is a "
            "policy of the account of its role (IAM User Guide, 'Permissions boundaries'), so each "
            "account of the platform has one of this name"
        )
    return value


PolicyName = Annotated[
    Text,
    Shape(
        "([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,128}",
        "the name of an IAM policy, its path in front",
    ),
]
BoundaryName = Annotated[PolicyName, named_in_iam(128), of_text(_not_an_arn)]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
]
StackName = Annotated[
    Text, Shape("[A-Za-z][A-Za-z0-9-]{0,127}", "a name of a CloudFormation stack")
]
Denied = Annotated[Text, Shape("Deny", "'Deny': of a boundary's document only denials go here")]
Actions = Annotated[
    tuple[
        Annotated[Text, Shape(r"[*]|[a-zA-Z0-9-]+:[A-Za-z0-9*?]+", "an action such as 's3:Put*'")],
        ...,
    ],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
]
Operator = Annotated[
    Text,
    Shape(
        "((ForAllValues|ForAnyValue):)?(Null|(Bool|BinaryEquals|IpAddress|NotIpAddress"
        "|Arn(Not)?(Equals|Like)|String(Not)?(Equals(IgnoreCase)?|Like)"
        "|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?))(IfExists)?)",
        "an operator of IAM's conditions",
    ),
]
"""IAM User Guide, "IAM JSON policy elements: Condition operators"."""


class DenyFile(ConfigModel):
    """A denial of the organization's boundary, as IAM writes it."""

    sid: Annotated[Text, Shape("[A-Za-z0-9]*", "letters and digits")] | None = Field(
        None, alias="Sid", description="goes into the platform's boundaries, after 'Org' and number"
    )
    effect: Denied = Field(alias="Effect", description="Deny")
    action: Actions | None = Field(None, alias="Action", description="actions, or NotAction")
    not_action: Actions | None = Field(None, alias="NotAction", description="all but these")
    resource: Texts | None = Field(None, alias="Resource", description="ARNs, or NotResource")
    not_resource: Texts | None = Field(
        None, alias="NotResource", description="all resources but these"
    )
    condition: dict[Operator, dict[str, Texts]] = Field(
        default_factory=dict, alias="Condition", description="as IAM writes it"
    )


class BoundaryMode(StrEnum):
    """What becomes of the platform's own boundaries: a role can have one."""

    COMPOSE = "compose"
    REPLACE = "replace"


class PermissionsBoundaryFile(ConfigModel):
    """The permissions boundary that the organization wants on every role."""

    name: BoundaryName = Field(
        description="of a policy in every account of the platform, with its path in front"
    )
    projects: Annotated[BoundaryMode, BeforeValidator(lowered)] = Field(
        BoundaryMode.COMPOSE,
        description="compose: people and projects keep the platform's boundaries, which deny what "
        "'deny' says too; replace is refused, with the reason",
    )
    deny: tuple[DenyFile, ...] | None = Field(
        None, description="the denying statements of its document; [] for none"
    )


KEY_ID: Final = "mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""KMS Developer Guide, "Key identifiers"."""
ALIAS: Final = "alias/[A-Za-z0-9/_-]{1,250}"
"""API_CreateAlias, AliasName."""
BucketKey = Annotated[
    Text,
    Shape(
        rf"AWS_MANAGED_KEY|{KEY_ID}|{ALIAS}|"
        rf"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:(key/({KEY_ID})|{ALIAS})",
        "the id, the alias or the ARN of a KMS key, or AWS_MANAGED_KEY",
    ),
]
"""PutBucketEncryption, KMSMasterKeyID; `cdk bootstrap`, parameter FileAssetsBucketKmsKeyId."""


class ToolkitFile(ConfigModel):
    """How the CDK's bootstrap is made in every account; an account can say otherwise."""

    qualifier: (
        Annotated[
            Text,
            # A hyphen in front would be an option for the CDK CLI.
            Shape(
                "[a-z0-9][a-z0-9-]{0,9}",
                "a qualifier of the CDK's bootstrap, which is in the names of a bucket and of a "
                "repository of images",
            ),
        ]
        | None
    ) = Field(None, description=f"in every name of the bootstrap; default: {QUALIFIER}")
    toolkit_stack_name: StackName | None = Field(
        None, description=f"the stack of the bootstrap; default: {STACK}"
    )
    template: Text | None = Field(
        None,
        description="the organization's own template, relative to the folder mlops_commons; "
        "default: that of the CDK CLI",
    )
    toolkit_tags: dict[str, Text] = Field(
        default_factory=dict, description="on the bootstrap, besides the tags of its account"
    )
    public_access_block: bool = Field(
        Toolkit.public_access_block,
        description="false: where only the organization may block public access to buckets",
    )
    kms_key_id: BucketKey | None = Field(
        None, description="of the bucket of assets; default: no key of its own"
    )
    termination_protection: bool = Field(
        Toolkit.termination_protection, description="true: the bootstrap's stack is kept"
    )
    deny_external_id: bool = Field(
        Toolkit.deny_external_id,
        description="false: calls with an external id may become the bootstrap's roles",
    )


KeyArn = Annotated[
    Text,
    Shape(
        rf"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:key/({KEY_ID})",
        "the ARN of a KMS key, not of an alias",
    ),
]
BucketArn = Annotated[
    Text,
    Shape(
        r"arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.'()-]+)*/?",
        "the ARN of a bucket, or of a folder in it",
    ),
]


class FlowLogsFile(ConfigModel):
    """The bucket of the organization's log archive that takes flow logs of created networks."""

    bucket_arn: BucketArn = Field(
        description="in any account; a folder may follow. 'config statements' prints what the "
        "policy of the bucket needs"
    )
    key_arn: KeyArn | None = Field(
        None, description="of the key that encrypts the bucket; default: SSE-S3"
    )
    file_format: Annotated[FlowLogFormat, BeforeValidator(lowered)] = FlowLogArchive.file_format
    hive_partitions: bool = Field(
        FlowLogArchive.hive_partitions, description="true: folders as Hive's tools want them"
    )
    hourly_partitions: bool = Field(
        FlowLogArchive.hourly_partitions,
        description="true: a folder for each hour instead of each day",
    )


BucketNamePattern = Annotated[
    Text,
    Shape(
        r"([a-z0-9.-]|\{account\}|\{region\})+",
        "the name of a bucket, with {account} and {region} where it has them",
    ),
]
Folder = Annotated[Text, Shape(r"[A-Za-z0-9!_.'()-]+(/[A-Za-z0-9!_.'()-]+)*", "a folder")]


class AccessLogsFile(ConfigModel):
    """The organization's buckets that take access logs: S3 wants one in each account and region."""

    bucket_name: BucketNamePattern = Field(
        description="with {account} and {region} where the name has them. 'config statements' "
        "prints what the policy of each needs"
    )
    folder: Folder | None = Field(
        None, description="in which the logs begin; default: the bucket itself"
    )


def _not_an_alias(value: str) -> str:
    if ":alias/" in value:
        raise ValueError(
            f"'{value}' is an alias; write the ARN of its key, because policies of IAM name keys "
            "by their ids only (KMS Developer Guide, 'Specifying KMS keys in IAM policy "
            "statements')"
        )
    return value


def _of_each_project(value: str) -> str:
    raise ValueError(
        f"'{value}' would be one key of all projects; each project has keys of its own, because "
        "their policies and tags are what keeps projects apart; leave 'projects' out"
    )


KeyArnPattern = Annotated[
    Text,
    Shape(
        r"arn:aws[a-z-]*:kms:([a-z0-9-]+|\{region\}):([0-9]{12}|\{account\}):key/"
        rf"({KEY_ID})",
        "the ARN of a KMS key, with {account} and {region} where it has them",
    ),
]
ExistingKey = Annotated[KeyArnPattern, of_text(_not_an_alias)]
NoKey = Annotated[Text, of_text(_of_each_project)]


class KeysFile(ConfigModel):
    """Existing KMS keys, in any account, each in place of one that the platform would make."""

    studio: ExistingKey | None = Field(
        None,
        description="of volumes, logs and notices of Studio, and of what jobs of people write; "
        "{region} serves a multi-Region key. 'config statements' prints what its policy needs",
    )
    network_logs: ExistingKey | None = Field(
        None, description="of the log groups of created networks"
    )
    deliveries: ExistingKey | None = Field(
        None,
        description="of artifacts, notices, build logs and archives of delivery pipelines, in the "
        "governance account; repositories of CodeCommit keep keys of their own",
    )
    projects: NoKey | None = Field(
        None, description="refused: keys of their own are what keeps projects apart"
    )


def _not_of_aws(value: str) -> str:
    if len(value) > MOST_OF_A_PATH:
        raise ValueError(
            f"'{value[:40]}...' has {len(value)} characters; IAM allows {MOST_OF_A_PATH} in a path"
        )
    if value.startswith(PATHS_OF_AWS):
        raise ValueError(
            f"'{value}' is a path that AWS keeps for roles of its services; choose another, such "
            "as '/platform/'"
        )
    return value


def _not_of_others(value: str) -> str:
    if any(value.startswith(name) or name.startswith(value) for name in NAMES_OF_OTHERS):
        raise ValueError(
            f"'{value}' is how roles of the CDK's bootstrap or of AWS begin, so policies could not "
            "tell them apart; choose another, such as 'acme-'"
        )
    return value


PATHS_OF_AWS: Final = ("/aws-service-role/", "/aws-reserved/", "/service-role/")
"""IAM User Guide, "IAM identifiers" and "Create a service-linked role"."""
RolePath = Annotated[
    Text,
    Shape(
        r"/([A-Za-z0-9+=,.@_-]{1,64}/){1,8}",
        "a path such as '/platform/', with a slash at both ends",
    ),
    of_text(_not_of_aws),
]
"""API_CreateRole, Path: a slash at both ends, 512 characters at most; fewer signs here, because
the others mean something in patterns of ARNs."""
NAMES_OF_OTHERS: Final = (
    *("cdk-", "AWSServiceRole", "AWSReservedSSO", "AWSControlTower", "AmazonSageMaker"),
    *("stacksets-exec-", "OrganizationAccountAccessRole"),
)
RolePrefix = Annotated[
    Text,
    Shape(
        "[A-Za-z][A-Za-z0-9_-]{0,13}",
        "a letter, then letters, digits, '_' and '-', 14 characters at most",
    ),
    of_text(_not_of_others),
]
"""64 characters of a role's name less the longest of a project, which has 50."""


class RolesFile(ConfigModel):
    """How every role is named that the platform or a project makes.

    Roles of the CDK's bootstrap, service-linked roles and those whose names SageMaker prescribes
    keep theirs.
    """

    path: RolePath | None = Field(
        None, description="below which all roles are, such as '/platform/'; default: '/'"
    )
    name_prefix: RolePrefix | None = Field(
        None, description="what the names of all roles begin with, such as 'acme-'"
    )


class OrgFile(ConfigModel):
    """What the organization prescribes for every account."""

    required_tags: dict[str, tuple[Text, ...]] = Field(
        default_factory=dict,
        description="keys that every resource has, each with patterns of the values that are "
        "allowed; [] for any",
    )
    bootstrap: ToolkitFile = Field(default_factory=lambda: ToolkitFile())
    permissions_boundary: PermissionsBoundaryFile | None = None
    flow_logs: FlowLogsFile | None = None
    access_logs: AccessLogsFile | None = None
    keys: KeysFile | None = None
    builds: BuildsFile = Field(default_factory=lambda: BuildsFile())
    roles: RolesFile = Field(default_factory=lambda: RolesFile())
