"""What the policies are scoped to, and the reasons that several of them share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.utilities import names

OWN_PROFILE: Final = (
    "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:user-profile/"
    "${!sagemaker:DomainId}/${!sagemaker:UserProfileName}"
)
"""The caller's own user profile: IAM fills in both names from the Studio session."""


@dataclass(frozen=True, kw_only=True)
class PolicyScope:
    """Where the personas of a stage work.

    Attributes:
        app_prefix: the buckets of projects begin with it, in lower case, and a hyphen.
        namespace: of the stage's SSM parameters; empty for none.
        subnet_ids: the private subnets, in which all jobs run.
    """

    app_prefix: str
    namespace: str
    subnet_ids: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The paths of the contract's parameters, as resources of SSM."""
        within = f"/{self.namespace.strip('/')}" if self.namespace else ""
        return (f"parameter{within}/vpc/*", f"parameter{within}/mlops/*")

    @property
    def subnets(self) -> Mapping[str, str]:
        """The subnets' ids by the names under which statements speak of them."""
        return {f"Subnet{index}": subnet for index, subnet in enumerate(self.subnet_ids)}

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets of projects, and the default bucket of the SageMaker SDK."""
        prefixes = (f"{names.project_bucket_prefix(self.app_prefix)}-*", "sagemaker-project-*")
        return (*(f"arn:${{AWS::Partition}}:s3:::{name}" for name in prefixes), DEFAULT_BUCKET)


DEFAULT_BUCKET: Final = "arn:${AWS::Partition}:s3:::sagemaker-${AWS::Region}-${AWS::AccountId}"
