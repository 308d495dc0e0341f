"""What the policies are scoped to, and the reasons that several of them share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mlops_commons.execution_policies.project_stacks import PROJECT
from mlops_commons.iam.statements import arns
from mlops_commons.organization import NO_ORGANIZATION, KeyPurpose, Organization
from mlops_commons.stage import Jobs, ProtectedBranches
from mlops_commons.utilities import names
from mlops_infra.access.whose import BUCKET, Buckets, Names

OWN_PROFILE: Final = (
    "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:user-profile/"
    "${!sagemaker:DomainId}/${!sagemaker:UserProfileName}"
)
"""The caller's own user profile: IAM fills in both names from the Studio session."""
DATA: Final = "data"
"""The folder of a project's artifact bucket in which people keep data, and write at all."""


@dataclass(frozen=True, kw_only=True)
class PolicyScope:
    """Where the personas of a stage work.

    Attributes:
        app_prefix: the buckets of projects begin with it, in lower case, and a hyphen.
        namespace: of the stage's SSM parameters; empty for none.
        region: of the stage; images of AWS come from other accounts in each.
        account: of the stage.
        subnet_ids: the private subnets, in which all jobs run.
        security_group_id: the workloads' group, which all jobs have.
        jobs: what the jobs of people must look like besides.
        protected_branches: whose `main` changes by approved pull requests only.
        lead_approves: whether the lead's role approves what is deployed; false where approvers
            are configured.
        separated: whether a role works on the project of its tag alone, and not on all of the set.
        org: what the organization prescribes for every role.
    """

    app_prefix: str
    namespace: str
    region: str
    subnet_ids: tuple[str, ...]
    security_group_id: str
    jobs: Jobs = field(default_factory=Jobs)
    protected_branches: ProtectedBranches = field(default_factory=ProtectedBranches)
    lead_approves: bool = True
    separated: bool = False
    org: Organization = NO_ORGANIZATION
    account: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the account, and that of Studio where it is somebody else's."""
        existing = self.org.key_arn(KeyPurpose.STUDIO, self.account, self.region)
        return (*arns("kms", "key/*"), *((existing,) if existing else ()))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The paths of the contract's parameters, as resources of SSM."""
        within = f"/{self.namespace.strip('/')}" if self.namespace else ""
        return (f"parameter{within}/vpc/*", f"parameter{within}/mlops/*")

    @property
    def subnets(self) -> Mapping[str, str]:
        """The subnets' ids by the names under which statements speak of them."""
        return {f"Subnet{index}": subnet for index, subnet in enumerate(self.subnet_ids)}

    def arns(self, named: Names) -> tuple[str, ...]:
        """The resources of one kind that a persona works on."""
        return named.arns(self.separated)

    @property
    def buckets(self) -> Buckets:
        """The buckets that people use."""
        return Buckets(self.app_prefix, PROJECT if self.separated else "p-*")

    @property
    def data(self) -> str:
        """What people write, as an ARN of objects."""
        return f"{self.buckets.artifacts}/{DATA}/*"

    @property
    def delivery_chain(self) -> tuple[str, ...]:
        """Objects that somebody else runs, deploys or takes for evidence, as ARNs.

        Those of all projects: this is what nobody writes.
        """
        prefix = names.project_bucket_prefix(self.app_prefix)
        artifacts = Buckets(self.app_prefix, "p-*").artifacts
        kinds = ("p-*-pipeline-*", "sc-assets-*", "*-logs-*", "*-pipeline-*")
        evidence = ("registered/*", *(f"*-p-*/{kind}/*" for kind in EVIDENCE))
        return (
            *(f"{BUCKET}{prefix}-{kind}" for kind in kinds),
            f"{BUCKET}cdk-*-assets-*",
            *(f"{artifacts}/{place}" for place in evidence),
        )


EVIDENCE: Final = ("executions", "models", "pipeline-definitions", "sources")
"""What pipelines of projects write into the artifact bucket, below the name of the project."""
