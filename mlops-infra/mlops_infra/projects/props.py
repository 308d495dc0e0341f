"""Whose projects deploy into a stage, and by which names they know what is there for them."""

from dataclasses import dataclass

from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.utilities import names


@dataclass(frozen=True, kw_only=True)
class ProjectDeployments:
    """What a stage has to know of the projects of its set.

    Attributes:
        stage_name: as the configuration writes it.
        dev_account: in which the projects and their pipelines are; empty for none.
        deploys: types of resources that projects may make besides those of every project.
        role_actions: what roles of projects may do besides, on what their stacks have made.
        org: what the organization prescribes for every role.
    """

    app_prefix: str
    set_name: str
    stage_name: str
    region: str
    dev_account: str = ""
    deploys: tuple[str, ...] = ()
    role_actions: tuple[str, ...] = ()
    org: Organization = NO_ORGANIZATION

    @property
    def deploy_here(self) -> bool:
        """Whether projects deploy to this stage: somebody's are in a dev account."""
        return bool(self.dev_account)

    @property
    def stage(self) -> str:
        """The stage as it stands in names of projects."""
        return self.stage_name.lower()

    @property
    def dev(self) -> str:
        """The account of models and images, in the words of `Fn::Sub`."""
        return self.dev_account or "${AWS::AccountId}"

    @property
    def stacks(self) -> str:
        """The names of the stacks that projects make in this stage."""
        return f"*-p-*-deploy-{self.stage}"

    @property
    def roles(self) -> str:
        """The names of the roles that projects make in this stage."""
        return self.org.roles.pattern(f"sagemaker-p-*-{self.stage}-*")

    @property
    def boundary(self) -> str:
        """The name of the boundary of these roles."""
        return names.deployment_boundary(
            self.app_prefix, self.set_name, self.stage_name, self.region
        )

    @property
    def deploy_role(self) -> str:
        """The name of the role of projects' pipelines."""
        return self.org.roles.name(names.project_deploy_role(*self._place))

    @property
    def cloudformation_role(self) -> str:
        """The name of the role that makes what is in the stacks."""
        return self.org.roles.name(names.project_cloudformation_role(*self._place))

    @property
    def _place(self) -> tuple[str, str, str, str]:
        return (self.app_prefix, self.set_name, self.stage, self.region)
