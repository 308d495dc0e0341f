"""What the configuration needs of AWS's quotas."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.config import CreateNetwork, PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.product_instances import FINE_TUNING
from mlops_commons.vpc_endpoints import EndpointKind

AREA: Final = "quotas"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota of an account and region; codes and defaults as Service Quotas lists them.

    Attributes:
        place: the region where a quota of the whole account is kept; empty for the account's own.
    """

    service: str
    code: str
    name: str
    default: int
    place: str = ""

    def request(self, value: int, region: str) -> str:
        """The command that asks AWS for more."""
        return (
            "aws service-quotas request-service-quota-increase "
            f"--service-code {self.service} --quota-code {self.code} "
            f"--desired-value {value} --region {self.place or region}"
        )


VPCS: Final = Quota(service="vpc", code="L-F678F1CE", name="VPCs per Region", default=5)
ADDRESSES: Final = Quota(service="ec2", code="L-0263D0A3", name="EC2-VPC Elastic IPs", default=5)
NAT_GATEWAYS: Final = Quota(
    service="vpc", code="L-FE5A380F", name="NAT gateways per Availability Zone", default=5
)
ENDPOINTS: Final = Quota(
    service="vpc", code="L-29B6F2EB", name="Interface VPC endpoints per VPC", default=50
)
POLICIES: Final = Quota(
    service="iam",
    code="L-0DA4ABF3",
    name="Managed policies per role",
    default=10,
    place="us-east-1",
)
"""IAM and AWS STS quotas; 20 at most, and IAM's quotas are kept in one region."""

BUILDS: Final = Quota(
    service="codebuild",
    code="L-9D07B6EF",
    name="Concurrently running builds for Linux/Small environment",
    default=300,
)
"""New accounts begin with few or none, whatever the default says (CodeBuild User Guide, "Quotas for
AWS CodeBuild"; reported: awslabs/landing-zone-accelerator-on-aws, issues 243, 249, 361)."""
OFFERS: Final = ("AWS::ServiceCatalog::CloudFormationProduct",)
"""An account that offers projects will build for them."""
BUILDS_AT_ONCE: Final = 2
"""The pipelines of both apps start when they are published, and two of a project when it is new."""
FUNCTIONS: Final = Quota(
    service="lambda", code="L-B99A9384", name="Concurrent executions", default=1000
)
"""New accounts begin with ten (Lambda Developer Guide, "Lambda quotas")."""
RULES: Final = Quota(
    service="events", code="L-244521F2", name="Rules on the default bus", default=300
)
COUNTED: Final = {"AWS::Events::Rule": RULES, "AWS::Lambda::Function": FUNCTIONS}
"""A deployment may call each of its functions at the same time."""

Needs = dict[tuple[str, str], Counter[Quota]]
"""What the configuration needs of each quota, by account and region."""


def quota_needs(config: PlatformConfig, stacks: Iterable[StackTemplate] = ()) -> Needs:
    """What every account and region must be able to hold.

    Args:
        stacks: what would be deployed, where it is known.
    """
    needs: Needs = {}
    for stack in stacks:
        _count_stack(
            needs.setdefault((stack.summary.account, stack.summary.region), Counter()), stack
        )
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            network = config.network(deployment.set_name, stage.stage_name)
            place = needs.setdefault((stage.account, stage.region), Counter())
            if isinstance(network, CreateNetwork):
                place[VPCS] += 1
                place[ADDRESSES] += network.nat_gateways
                zones = max(1, network.max_azs)
                place[NAT_GATEWAYS] += -(-network.nat_gateways // zones)
            studio = config.studio(deployment.set_name, stage.stage_name) is not None
            rows = network.own_endpoints(studio=studio)
            interfaces = sum(row.kind is EndpointKind.INTERFACE for row in rows)
            place[ENDPOINTS] = max(place[ENDPOINTS], interfaces)
    return needs


def _count_stack(place: Counter[Quota], stack: StackTemplate) -> None:
    """Add what a stack needs to what its account and region need."""
    place[POLICIES] = max(place[POLICIES], *policies_of_roles(stack).values(), 0)
    if any(stack.resources("AWS::CodePipeline::Pipeline", *OFFERS)):
        place[BUILDS] = BUILDS_AT_ONCE
    for type_, quota in COUNTED.items():
        if number := sum(1 for _ in stack.resources(type_)):
            place[quota] += number


def policies_of_roles(stack: StackTemplate) -> Counter[str]:
    """How many managed policies each role of a stack has, by logical id."""
    found = Counter(
        {
            role: len(properties.get("ManagedPolicyArns", ()))
            for role, properties in stack.resources("AWS::IAM::Role")
        }
    )
    for _, properties in stack.resources("AWS::IAM::ManagedPolicy"):
        found.update(role["Ref"] for role in properties.get("Roles", ()) if isinstance(role, dict))
    return found


def look_at_quotas(needs: Needs) -> Iterator[Finding]:
    """The needs against AWS's default quotas, which every new account has."""
    for (account, region), counted in needs.items():
        over = [(quota, need) for quota, need in counted.items() if need > quota.default]
        for quota, need in over:
            yield Finding(
                level=Level.WARNING,
                area=AREA,
                message=f"{account} in {region} needs {need} of '{quota.name}', the default is "
                f"{quota.default}",
                remedy=quota.request(need, region),
            )
        if not over:
            message = f"{account} in {region} stays within the default quotas of networks and roles"
            yield Finding(level=Level.OK, area=AREA, message=message)
    yield Finding(
        level=Level.UNCHECKED,
        area=AREA,
        message="AWS sets the quotas of builds and of machines for each account; those with a GPU "
        f"are 0 in most new ones, and {', '.join(FINE_TUNING)} need them",
        remedy="sign in, then ./mlops-multi-account.sh doctor names each that is too low",
    )
