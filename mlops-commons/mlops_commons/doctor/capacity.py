"""How far the accounts go: what so many sets and projects need of the quotas that they grow into.

Counted in the synthesised templates: what a set adds to governance, and what a project adds to its
dev account by the template of its product. What projects deploy themselves is in no template here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mlops_commons.assembly.stacks import GOVERNANCE
from mlops_commons.assembly.templates import AppTemplates, StackTemplate, Template
from mlops_commons.doctor.quotas import RULES, Quota
from mlops_commons.utilities.errors import PlatformError

STACKS: Final = "AWS::CloudFormation::Stack"
"""Counted by the stack itself."""
LIMITS: Final[Mapping[str, Quota]] = {
    "AWS::IAM::Role": Quota(
        service="iam", code="L-FE177D64", name="Roles", default=1000, place="us-east-1"
    ),
    "AWS::IAM::ManagedPolicy": Quota(
        service="iam",
        code="L-E95E4862",
        name="Customer managed policies",
        default=1500,
        place="us-east-1",
    ),
    "AWS::Events::Rule": RULES,
    "AWS::CodePipeline::Pipeline": Quota(
        service="codepipeline", code="L-78D200AD", name="Pipelines", default=1000
    ),
    "AWS::S3::Bucket": Quota(
        service="s3", code="L-DC2B2D3D", name="Buckets", default=10_000, place="us-east-1"
    ),
    STACKS: Quota(service="cloudformation", code="L-0485CB21", name="Stacks", default=2000),
}
"""What grows with sets and projects. Codes and defaults as Service Quotas lists them; the defaults
are also on the quota page of each service (IAM, EventBridge, CodePipeline, S3, CloudFormation).
EventBridge has 100 rules in af-south-1 and eu-south-1."""
FEWER_RULES: Final = {"af-south-1": 100, "eu-south-1": 100}


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one account needs of one quota.

    Attributes:
        account: such as `governance`, or `dev` for the dev account of any set.
        base: without a set or a project.
        each: what one more set (governance) or project (dev) adds.
        number: how many sets or projects were asked about.
    """

    account: str
    region: str
    quota: Quota
    limit: int
    base: int
    each: int
    number: int

    @property
    def needed(self) -> int:
        """What the number of sets or projects takes."""
        return self.base + self.each * self.number

    @property
    def lasts(self) -> int:
        """How many sets or projects the default quota holds."""
        return max(0, self.limit - self.base) // self.each

    @property
    def share(self) -> float:
        """Of the quota; above 1 there is no room."""
        return self.needed / self.limit


def capacity(apps: Sequence[AppTemplates], sets: int, projects: int) -> list[Need]:
    """What is needed of each quota, by account, that which is reached first before the others.

    Args:
        sets: account sets under one governance account.
        projects: in the dev account of one set.

    Raises:
        PlatformError: the templates are of no set with governance.
    """
    stacks = [stack for app in apps for stack in app.stacks]
    governance = [stack for stack in stacks if stack.summary.role == GOVERNANCE]
    pipelines = sum(1 for s in governance for _ in s.resources("AWS::CodePipeline::Pipeline"))
    sets_now = pipelines // len(apps) if apps else 0
    if not sets_now:
        raise PlatformError(
            "the templates hold no pipeline of a set, so that nothing can be counted",
            hint="see what is configured with: ./mlops-multi-account.sh config validate",
        )
    found = [*_of_governance(governance, sets_now, sets), *_of_dev(apps, stacks, projects)]
    return sorted(found, key=lambda need: -need.share)


def _of_governance(stacks: Sequence[StackTemplate], now: int, sets: int) -> Iterator[Need]:
    counted = _counted(stacks)
    for type_, quota in LIMITS.items():
        # What several sets share is counted with them: never too few.
        each = -(-counted[type_] // now)
        if each:
            region = stacks[0].summary.region
            yield Need(
                account=GOVERNANCE,
                region=region,
                quota=quota,
                limit=_limit(type_, quota, region),
                base=0,
                each=each,
                number=sets,
            )


def _of_dev(
    apps: Sequence[AppTemplates], stacks: Sequence[StackTemplate], projects: int
) -> Iterator[Need]:
    """The dev account that has most, with projects of the product that takes most."""
    offering = [s for app in apps for s in app.stacks if app.products_of(s)]
    accounts = {(s.summary.account, s.summary.region, s.summary.role) for s in offering}
    templates = [product for app in apps for found in app.products.values() for product in found]
    for type_, quota in LIMITS.items():
        each = max((_in_template(template)[type_] for template in templates), default=0)
        if not each or not accounts:
            continue
        base, region = max(
            (_counted(_in(stacks, account, region, role))[type_], region)
            for account, region, role in accounts
        )
        yield Need(
            account=min(role for _, _, role in accounts),
            region=region,
            quota=quota,
            limit=_limit(type_, quota, region),
            base=base,
            each=each,
            number=projects,
        )


def _in(
    stacks: Iterable[StackTemplate], account: str, region: str, role: str
) -> list[StackTemplate]:
    return [
        stack
        for stack in stacks
        if (stack.summary.account, stack.summary.region, stack.summary.role)
        == (account, region, role)
    ]


def _counted(stacks: Iterable[StackTemplate]) -> Counter[str]:
    return sum((_in_template(stack.template) for stack in stacks), Counter())


def _in_template(template: Template) -> Counter[str]:
    """Resources by type; the stack counts as one."""
    types = Counter(str(r["Type"]) for r in template.get("Resources", {}).values())
    return types + Counter({STACKS: 1})


def _limit(type_: str, quota: Quota, region: str) -> int:
    fewer = FEWER_RULES.get(region) if type_ == "AWS::Events::Rule" else None
    return fewer or quota.default
