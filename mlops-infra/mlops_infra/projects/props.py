"""Whose projects deploy into a stage, and by which names they know what is there for them."""

from dataclasses import dataclass

from mlops_commons.utilities import names


@dataclass(frozen=True, kw_only=True)
class ProjectDeployments:
    """What a stage has to know of the projects of its set.

    Attributes:
        stage_name: `dev`, `preprod` or `prod`, in lower case.
        dev_account: in which the projects and their pipelines are.
    """

    app_prefix: str
    set_name: str
    stage_name: str
    region: str
    dev_account: str

    @property
    def stacks(self) -> str:
        """The names of the stacks that projects make in this stage."""
        return f"*-p-*-deploy-{self.stage_name}"

    @property
    def roles(self) -> str:
        """The names of the roles that projects make in this stage."""
        return f"sagemaker-p-*-{self.stage_name}-*"

    @property
    def deploy_role(self) -> str:
        """The name of the role of projects' pipelines."""
        return names.project_deploy_role(*self._place)

    @property
    def cloudformation_role(self) -> str:
        """The name of the role that makes what is in the stacks."""
        return names.project_cloudformation_role(*self._place)

    @property
    def _place(self) -> tuple[str, str, str, str]:
        return (self.app_prefix, self.set_name, self.stage_name, self.region)
