"""Everything that a stage's account gets, composed."""

from dataclasses import replace

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from mlops_commons.cdk.existing_key import existing_key
from mlops_commons.cdk.reviews import Reviews
from mlops_commons.contract import Persona
from mlops_commons.egress.statements import Neighbours
from mlops_commons.iam.reasons import NAMED_BY_PROJECTS
from mlops_commons.organization import KeyPurpose, Organization
from mlops_commons.stage import Budget, Network, Projects, Separation, Studio
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.approvers import ApproverRole
from mlops_infra.access.code import MAIN, protected_repositories
from mlops_infra.access.members import Member
from mlops_infra.access.roles import PersonaRoles
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.tracking import let_track
from mlops_infra.budget import MonthlyBudget
from mlops_infra.networking.network import network as network_of
from mlops_infra.networking.parameters import NetworkParameters
from mlops_infra.networking.zones import ZonesByPosition
from mlops_infra.projects.deployment_boundary import DeploymentBoundary
from mlops_infra.projects.props import ProjectDeployments
from mlops_infra.projects.roles import ProjectRoles
from mlops_infra.studio.studio import SageMakerStudio


class InfraStack(ZonesByPosition):
    """Network, SSM contract, what projects deploy with; personas and Studio where there is Studio.

    Exposes `network`, and `role(persona)`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stack_name: str,
        description: str,
        app_prefix: str,
        projects: ProjectDeployments,
        network: Network,
        neighbours: Neighbours,
        studio: Studio | None,
        parameter_namespace: str,
        removal_policy: cdk.RemovalPolicy,
        rules: Projects,
        budget: Budget | None,
        org: Organization,
        approver_role_name: str,
        built_by: str,
    ) -> None:
        super().__init__(scope, construct_id, stack_name=stack_name, description=description)
        builds = org.builds.of_projects(rules.package_index)
        self.network = network_of(
            self,
            "Network",
            network,
            studio=studio is not None,
            neighbours=neighbours,
            # Builds of projects run where their pipelines are, and nowhere else.
            ports_of_builds=builds.ports if projects.dev_account == self.account else (),
            flow_logs=org.flow_logs,
            log_key=existing_key(self, "NetworkLogsKey", org, KeyPurpose.NETWORK_LOGS),
            removal_policy=removal_policy,
        )
        NetworkParameters(
            self, "NetworkParameters", network=self.network, namespace=parameter_namespace
        )
        if rules.enabled:
            DeploymentBoundary(
                self,
                "DeploymentBoundary",
                projects=projects,
                namespace=parameter_namespace,
            )
        if budget:
            MonthlyBudget(self, "Budget", budget=budget)
        if projects.deploy_here:
            ProjectRoles(self, "ProjectRoles", projects=projects)
        self._personas: PersonaRoles | None = None
        if studio:
            studio = _agreeing(studio, rules)
            within = self._persona_scope(app_prefix, parameter_namespace, studio, rules, org)
            self._personas = PersonaRoles(
                self,
                "Personas",
                within=within,
                members=[Member(user.persona, user.project) for user in studio.users],
                further=let_track(studio),
            )
            made = SageMakerStudio(
                self,
                "Studio",
                studio=studio,
                network=self.network,
                roles=self._personas,
                key=existing_key(self, "ExistingStudioKey", org, KeyPurpose.STUDIO),
                namespace=parameter_namespace,
                removal_policy=removal_policy,
            )
            reviewers = [*self._personas.roles(Persona.LEAD_DATA_SCIENTIST)]
            if rules.enabled and rules.approvers.role_arns:
                approvers = ApproverRole(
                    self,
                    "Approvers",
                    role_name=approver_role_name,
                    approvers=rules.approvers,
                    within=within,
                )
                reviewers.append(approvers.role)
            protected = protected_repositories(rules.protected_branches)
            if rules.enabled and protected:
                Reviews(
                    self,
                    "Reviews",
                    rules={
                        f"{stack_name}-review": [role.role_name for role in reviewers],
                        **(
                            {built_by: [org.roles.name(built_by)]}
                            if rules.protected_branches.wait_for_build
                            else {}
                        ),
                    },
                    branch=MAIN,
                    repositories=protected,
                    reason=NAMED_BY_PROJECTS,
                    new_ones="sagemaker-",
                    key=made.key,
                )

    def _persona_scope(
        self,
        app_prefix: str,
        namespace: str,
        studio: Studio,
        rules: Projects,
        org: Organization,
    ) -> PolicyScope:
        return PolicyScope(
            app_prefix=app_prefix,
            namespace=namespace,
            region=self.region,
            account=self.account,
            subnet_ids=tuple(self.network.private_subnet_ids),
            security_group_id=self.network.workload_security_group.security_group_id,
            jobs=studio.jobs,
            protected_branches=rules.protected_branches,
            lead_approves=not rules.approvers.role_arns,
            separated=rules.separation is Separation.PROJECT,
            org=org,
        )

    def role(self, persona: Persona) -> iam.IRole:
        """The role of a persona, for grants such as `bucket.grant_read(stack.role(...))`.

        Raises:
            PlatformError: the stage has no Studio, and so no personas; or there is no such one.
        """
        if persona not in [*Persona]:
            raise PlatformError(
                f"'{persona}' is no persona; there are: {', '.join(Persona)}",
                hint="name one as in Persona.DATA_SCIENTIST",
            )
        if self._personas is None:
            raise PlatformError(
                f"stack '{self.stack_name}' has no role of the persona '{persona}', because its "
                "stage has no Studio",
                hint="ask 'if stage.has_studio' first, or set 'deploy_studio: true' for the stage "
                "in cdk-infra-app.yml",
            )
        return self._personas.role(persona)

    def roles(self, persona: Persona) -> tuple[iam.IRole, ...]:
        """All roles of a persona; more than one where projects are kept apart.

        Raises:
            PlatformError: the stage has no Studio, and so no personas.
        """
        self.role(persona)
        assert self._personas
        return self._personas.roles(persona)


def _agreeing(studio: Studio, rules: Projects) -> Studio:
    """Studio as it fits to how projects are kept apart.

    The roles of AWS's own project templates are one for the whole account, and run the code of all
    its projects; so there are none where projects are kept apart.

    Raises:
        PlatformError: a user has a project, and nothing keeps projects apart; or projects are kept
            apart, and an MLflow App is for all of them.
    """
    if rules.separation is Separation.PROJECT:
        if studio.mlflow:
            raise PlatformError(
                "an MLflow App shows the runs of all projects, which 'separation: project' keeps "
                "apart",
                hint="leave the app out, or the separation",
            )
        return replace(studio, create_service_catalog_roles=False)
    named = [user.profile_name for user in studio.users if user.project]
    if named:
        raise PlatformError(
            f"the users {', '.join(named)} have a project, and a role that reaches all projects",
            hint="give the stage projects=Projects(separation=Separation.PROJECT), or take the "
            "projects of these users away",
        )
    return studio
