"""What an organization prescribes for every account: the types, and every default once.

The keys of the block `org` in `cdk-app.yml` fill the fields of the same name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from mlops_commons.builds import NO_BUILDS, Builds
from mlops_commons.utilities.names import ROLE, shorten

ACCOUNT: Final = "{account}"
REGION: Final = "{region}"
"""What stands for an account and for a region in names of the organization's buckets and keys."""
NO_PATH: Final = "/"
"""Where IAM puts roles of which nothing is said."""
HERE: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/"


@dataclass(frozen=True, kw_only=True)
class OrgBoundary:
    """The permissions boundary that the organization wants on roles.

    Attributes:
        name: of the policy, with its path, in each account.
        denials: the denying statements of its document, as IAM writes them; the platform's own
            boundaries deny them too.
    """

    name: str
    denials: tuple[Mapping[str, Any], ...] = ()

    @property
    def arn(self) -> str:
        """The policy of the account in which it is asked for, in the words of `Fn::Sub`."""
        return f"{HERE}{self.name}"


@dataclass(frozen=True, kw_only=True)
class RoleNames:
    """How the organization names roles; those that AWS and the CDK's bootstrap name stay.

    Attributes:
        path: below which roles are, with a slash at both ends.
        name_prefix: what the names of all roles begin with.
    """

    path: str = NO_PATH
    name_prefix: str = ""

    def name(self, name: str) -> str:
        """A role's name as the organization wants it, 64 characters at most."""
        return shorten(self.pattern(name), ROLE.maximum)

    def pattern(self, name: str) -> str:
        """The same of a name with wildcards or variables, which is never shortened."""
        return name if name.startswith(self.name_prefix) else f"{self.name_prefix}{name}"

    def resource(self, name: str) -> str:
        """The end of a role's ARN, behind the account.

        Args:
            name: as `name` or `pattern` gives it.
        """
        return f"role{self.path}{name}"

    def arn(self, name: str, account: str = "${AWS::AccountId}") -> str:
        """The ARN of a role of an account, in the words of `Fn::Sub`."""
        return f"arn:${{AWS::Partition}}:iam::{account}:{self.resource(name)}"


PLAIN_ROLES: Final = RoleNames()
"""As the platform names them where the organization says nothing."""


class FlowLogFormat(StrEnum):
    """How the records of flow logs are written; the values are those of Amazon EC2
    (API_DestinationOptionsRequest)."""

    PLAIN_TEXT = "plain-text"
    PARQUET = "parquet"


@dataclass(frozen=True, kw_only=True)
class FlowLogArchive:
    """The organization's bucket of flow logs, which takes the place of log groups.

    Attributes:
        bucket_arn: of the bucket, in whichever account, with a folder behind it or none.
        key_arn: of the key that encrypts the bucket; empty for SSE-S3.
        hive_partitions: whether folders are named as Hive's tools want them.
        hourly_partitions: whether there is a folder for each hour, not only for each day.
    """

    bucket_arn: str
    key_arn: str = ""
    file_format: FlowLogFormat = FlowLogFormat.PLAIN_TEXT
    hive_partitions: bool = False
    hourly_partitions: bool = False

    @property
    def bucket(self) -> str:
        """The ARN of the bucket alone."""
        return self.bucket_arn.partition("/")[0]

    @property
    def folder(self) -> str:
        """In which flow logs begin; empty for the bucket itself."""
        return self.bucket_arn.partition("/")[2].strip("/")

    def objects(self, account: str) -> str:
        """What the flow logs of an account are called (Amazon VPC User Guide, "Flow log files")."""
        own = f"aws-account-id={account}" if self.hive_partitions else account
        return "/".join(filter(None, (self.bucket, self.folder, "AWSLogs", own, "*")))


@dataclass(frozen=True, kw_only=True)
class AccessLogArchive:
    """The organization's buckets of access logs: one in each account and region.

    S3 delivers to a bucket of the same account and region alone (Amazon S3 User Guide, "Logging
    requests with server access logging").

    Attributes:
        bucket_name: of the bucket of a place, with `{account}` and `{region}` for where it is.
        folder: in which logs begin, without slashes around it; empty for the bucket itself.
    """

    bucket_name: str
    folder: str = ""

    def bucket_in(self, account: str, region: str) -> str:
        """The name of the bucket of an account and region, which may be tokens."""
        return self.bucket_name.replace(ACCOUNT, account).replace(REGION, region)

    @property
    def prefix(self) -> str:
        """What the key of every log begins with."""
        return f"{self.folder}/" if self.folder else ""


class KeyPurpose(StrEnum):
    """What an existing key encrypts; the values are the keys of `org.keys`."""

    STUDIO = "studio"
    NETWORK_LOGS = "network_logs"
    DELIVERIES = "deliveries"


@dataclass(frozen=True, kw_only=True)
class ExistingKeys:
    """The organization's KMS keys, each in place of a key that the platform would make.

    Attributes:
        studio: of Studio's volumes, logs and notices, and of what jobs of people write.
        network_logs: of the log groups of a created network.
        deliveries: of the artifacts, notices, build logs and archives of delivery pipelines.
    """

    studio: str = ""
    network_logs: str = ""
    deliveries: str = ""

    def arn(self, purpose: KeyPurpose, account: str, region: str) -> str:
        """The ARN of the key of a purpose in an account and region; empty for none."""
        named: str = getattr(self, purpose)
        return named.replace(ACCOUNT, account).replace(REGION, region)


@dataclass(frozen=True, kw_only=True)
class Organization:
    """What holds in every account of the platform; nothing by default.

    Attributes:
        required_tags: keys without which nothing is created, what people launch included.
        flow_logs: where flow logs of networks go; none for log groups of the platform.
        access_logs: where buckets log who reads and writes; none for buckets of the platform.
        keys: existing keys by purpose; none for keys of the platform.
        builds: how builds reach packages; by default over the internet.
        roles: the path and the prefix of every role; by default neither.
    """

    permissions_boundary: OrgBoundary | None = None
    required_tags: tuple[str, ...] = ()
    flow_logs: FlowLogArchive | None = None
    access_logs: AccessLogArchive | None = None
    keys: ExistingKeys | None = None
    builds: Builds = NO_BUILDS
    roles: RoleNames = PLAIN_ROLES

    def key_arn(self, purpose: KeyPurpose, account: str, region: str) -> str:
        """The existing key of a purpose in an account and region; empty for one of the platform."""
        return self.keys.arn(purpose, account, region) if self.keys else ""

    @property
    def boundary_name(self) -> str:
        """The name of the boundary that each role has at least; empty for none."""
        return self.permissions_boundary.name if self.permissions_boundary else ""


NO_ORGANIZATION: Final = Organization()
