"""Which policies of a stage are longer than IAM takes, computed without the CDK.

`config validate` asks here, and names the line; synthesis makes the same policies and refuses them
too, without knowing a line (`test_policy_lengths.py` holds the two against each other).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mlops_commons.contract import Persona
from mlops_commons.iam.lengths import MOST_CHARACTERS, shortest_length_of
from mlops_commons.iam.long_policies import LongPolicy, Part
from mlops_commons.iam.organization import denials_of
from mlops_commons.iam.statements import Statement
from mlops_commons.organization import PLAIN_ROLES, Organization
from mlops_commons.stage import (
    CreateNetwork,
    Deployment,
    Further,
    Jobs,
    Network,
    PlatformConfig,
    Projects,
    Separation,
    Stage,
    Studio,
)
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.boundary import boundary_of
from mlops_infra.access.members import Member, roles_of
from mlops_infra.access.own import own_statements
from mlops_infra.access.personas import MOST_POLICIES, PERSONAS, POLICIES, PersonaRow, own_policies
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.tracking import let_track
from mlops_infra.projects.boundary_statements import boundary_statements
from mlops_infra.projects.deploying import deploying_statements
from mlops_infra.projects.making import made_by_cloudformation, packed_for_cloudformation
from mlops_infra.projects.outline import outline_statements
from mlops_infra.projects.props import ProjectDeployments

A_TOKEN: Final = "${Token[AnId]}"
"""As the CDK writes an id that only the deployment knows."""
SHORT_PREFIX: Final = "m"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the configuration says of a stage, as far as it goes into policies.

    Attributes:
        dev_account: whose projects deploy into the stage; empty for none.
        subnets: the ids of the private ones.
        security_group: the id of the workloads' group.
    """

    app_prefix: str
    set_name: str
    stage: Stage
    dev_account: str
    subnets: tuple[str, ...]
    security_group: str
    studio: Studio | None
    rules: Projects
    org: Organization

    @property
    def within(self) -> PolicyScope:
        """Where the personas of the stage work."""
        return PolicyScope(
            app_prefix=self.app_prefix,
            namespace=self.stage.parameter_namespace,
            region=self.stage.region,
            account=self.stage.account,
            subnet_ids=self.subnets,
            security_group_id=self.security_group,
            jobs=self.studio.jobs if self.studio else Jobs(),
            protected_branches=self.rules.protected_branches,
            lead_approves=not self.rules.approvers.role_arns,
            separated=self.rules.separation is Separation.PROJECT,
            org=self.org,
        )

    @property
    def projects(self) -> ProjectDeployments:
        """Whose projects deploy into the stage."""
        return ProjectDeployments(
            app_prefix=self.app_prefix,
            set_name=self.set_name,
            stage_name=self.stage.stage_name,
            region=self.stage.region,
            dev_account=self.dev_account,
            deploys=self.rules.deploys,
            role_actions=self.rules.role_actions,
            org=self.org,
        )


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A managed policy of a stage; `persona` says whose it is, where it is one's."""

    whose: str
    statements: tuple[Statement, ...]
    persona: Persona | None = None


def long_policies(config: PlatformConfig) -> Iterator[LongPolicy]:
    """Every policy of the infrastructure that IAM would not take."""
    for given in of_stages(config):
        yield from _too_long(given)
        yield from _too_many(given)


def of_stages(config: PlatformConfig) -> Iterator[Given]:
    """What goes into the policies of each stage that is delivered."""
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            yield _given(config, deployment, stage)


def policies(given: Given) -> Iterator[Policy]:
    """The managed policies of a stage that the configuration makes longer or shorter."""
    yield from _of_projects(given)
    if given.studio:
        yield from _of_personas(given, given.studio)


def _given(config: PlatformConfig, deployment: Deployment, stage: Stage) -> Given:
    names = (deployment.set_name, stage.stage_name)
    network = config.network(*names)
    dev = deployment.dev if deployment.projects.enabled else None
    subnets, group = _ids(network)
    return Given(
        app_prefix=config.app_prefix,
        set_name=deployment.set_name,
        stage=stage,
        dev_account=dev.account if dev else "",
        subnets=subnets,
        security_group=group,
        studio=config.studio(*names),
        rules=deployment.projects,
        org=config.org,
    )


def _ids(network: Network) -> tuple[tuple[str, ...], str]:
    """The private subnets and the workloads' group; those of a new VPC have no id yet."""
    if isinstance(network, CreateNetwork):
        return (A_TOKEN,) * network.max_azs, A_TOKEN
    return network.subnets, network.base_security_group


def _of_personas(given: Given, studio: Studio) -> Iterator[Policy]:
    within, further = given.within, let_track(studio)
    for row in POLICIES:
        yield Policy(
            whose=f"the policy '{row.name}' of personas", statements=row.statements(within)
        )
    if denied := denials_of(given.org):
        yield Policy(whose="the policy of what the organization denies", statements=denied)
    members = [Member(user.persona, user.project) for user in studio.users]
    on_projects = {member.persona for member in roles_of(members)} if within.separated else set()
    for persona in PERSONAS:
        besides = further.get(persona.key, Further())
        yield Policy(
            whose=f"the boundary of the persona '{persona.key}'",
            statements=boundary_of(persona, within, besides),
            persona=persona.key,
        )
        yield Policy(
            whose=f"the own policy of the persona '{persona.key}'",
            statements=own_statements(
                A_TOKEN if persona.jobs_run_as else "",
                besides,
                on_a_project=persona.key in on_projects,
            ),
            persona=persona.key,
        )


def _of_projects(given: Given) -> Iterator[Policy]:
    projects, denied = given.projects, denials_of(given.org)
    if given.rules.enabled:
        yield Policy(
            whose=f"'{projects.boundary}'",
            statements=(*boundary_statements(projects), *denied),
        )
    if projects.deploy_here:
        granted = made_by_cloudformation(projects).statements
        yield Policy(
            whose="the outline of projects",
            statements=(*outline_statements(projects, granted), *denied),
        )
        yield Policy(
            whose="the policy of projects' pipelines", statements=deploying_statements(projects)
        )


def _too_long(given: Given) -> Iterator[LongPolicy]:
    lengths = _lengths(given)
    for (whose, persona), length in lengths.items():
        if length > MOST_CHARACTERS:
            yield LongPolicy(
                set_name=given.set_name,
                stage_name=given.stage.stage_name,
                message=f"{whose} would have {length} characters; IAM takes {MOST_CHARACTERS}",
                part=_most_of(given, whose, persona, length),
                persona=persona,
            )


def _lengths(given: Given) -> Mapping[tuple[str, Persona | None], int]:
    region = given.stage.region
    return {
        (policy.whose, policy.persona): shortest_length_of(policy.statements, region)
        for policy in policies(given)
    }


def _most_of(given: Given, whose: str, persona: Persona | None, length: int) -> Part:
    """The part of the configuration without which a policy would be the shortest."""
    without = {part: _lengths(leave_out(given, persona)) for part, leave_out in WITHOUT.items()}
    # Names of policies can hold the prefix, so that another prefix means another name.
    lengths = {
        part: next((n for (name, who), n in found.items() if name == whose and who == persona), 0)
        for part, found in without.items()
    }
    shorter = {part: n for part, n in lengths.items() if 0 < n < length}
    return min(shorter, key=lambda part: shorter[part], default=Part.PREFIX)


def _too_many(given: Given) -> Iterator[LongPolicy]:
    """Roles that would have more policies than IAM attaches."""
    named = given.studio.personas if given.studio else {}
    denials = 1 if denials_of(given.org) else 0
    for row in PERSONAS:
        further, own = named.get(row.key, Further()), own_policies(row, denials)
        if own + len(further.policy_arns) > MOST_POLICIES:
            message = (
                f"the role of the persona '{row.key}' would have {len(further.policy_arns)} "
                f"policies besides {own} of its own; IAM attaches {MOST_POLICIES} to a role"
            )
            yield _of_role(given, message, Part.POLICY_ARNS, row)
    if given.projects.deploy_here:
        try:
            packed_for_cloudformation(made_by_cloudformation(given.projects))
        except PlatformError as error:
            yield _of_role(given, error.message, Part.DEPLOYS)


def _of_role(
    given: Given, message: str, part: Part, persona: PersonaRow | None = None
) -> LongPolicy:
    return LongPolicy(
        set_name=given.set_name,
        stage_name=given.stage.stage_name,
        message=message,
        part=part,
        persona=persona.key if persona else None,
    )


LeaveOut = Callable[[Given, Persona | None], Given]


def _of_studio(change: Callable[[Studio, Persona | None], Studio]) -> LeaveOut:
    def left_out(given: Given, persona: Persona | None) -> Given:
        return replace(given, studio=change(given.studio, persona)) if given.studio else given

    return left_out


def _without_further(fields: Sequence[str]) -> LeaveOut:
    def change(studio: Studio, persona: Persona | None) -> Studio:
        if persona is None:
            return studio
        nothing = {name: () for name in fields}
        less = replace(studio.personas.get(persona, Further()), **nothing)
        return replace(studio, personas={**studio.personas, persona: less})

    return _of_studio(change)


def _without_types(studio: Studio, _: Persona | None) -> Studio:
    return replace(studio, jobs=replace(studio.jobs, instance_types=()))


WITHOUT: Final[Mapping[Part, LeaveOut]] = {
    Part.ACTIONS: _without_further(("actions",)),
    Part.DATA_BUCKETS: _without_further(("data_buckets",)),
    Part.INSTANCE_TYPES: _of_studio(_without_types),
    Part.SUBNETS: lambda given, _: replace(given, subnets=given.subnets[:1]),
    Part.DENIALS: lambda given, _: replace(
        given, org=replace(given.org, permissions_boundary=None)
    ),
    Part.ROLE_ACTIONS: lambda given, _: replace(given, rules=replace(given.rules, role_actions=())),
    Part.DEPLOYS: lambda given, _: replace(given, rules=replace(given.rules, deploys=())),
    Part.ROLES: lambda given, _: replace(given, org=replace(given.org, roles=PLAIN_ROLES)),
    Part.PREFIX: lambda given, _: replace(given, app_prefix=SHORT_PREFIX),
}
"""Each part, and the stage without it."""
