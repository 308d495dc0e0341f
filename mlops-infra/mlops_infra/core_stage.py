"""What one account of a set receives; the unit that any delivery mechanism can deploy."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.platform_stage import PlatformStage
from mlops_commons.cdk.retention import KEPT
from mlops_commons.egress.statements import Neighbours
from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.stage import APP_PREFIX, Budget, CreateNetwork, Network, Projects, Studio
from mlops_commons.utilities import names
from mlops_infra.extension_loading import StageFacts, extend
from mlops_infra.infra_stack import InfraStack
from mlops_infra.projects.props import ProjectDeployments

APP_DIRECTORY = "mlops-infra"


class CoreStage(PlatformStage):
    """The stack of one account and region, usable in any CDK app with or without a pipeline.

    The construct id is the stage name, whatever it is, and the beginning of
    the stack's name. Exposes `stack`, to which the extensions have added what is theirs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        set_name: str = "default",
        app_prefix: str = APP_PREFIX,
        dev_account: str = "",
        tested_accounts: Sequence[str] = (),
        network: Network | None = None,
        studio: Studio | None = None,
        parameter_namespace: str = "",
        removal_policy: cdk.RemovalPolicy = KEPT,
        tags: Mapping[str, str] | None = None,
        org: Organization = NO_ORGANIZATION,
        qualifier: str = "",
        projects: Projects | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Create the stage.

        Args:
            env: account and region; both are needed, nothing is looked up.
            set_name: the account set, for tags and the description.
            app_prefix: the beginning of names that people see, and of the buckets that the
                personas may use.
            dev_account: whose projects deploy here; by default nobody's, and then there are no
                roles for them. Its models and images pass the network's endpoints.
            tested_accounts: of the set's other stages, which tests in the dev stage's network may
                test; ignored in other stages.
            network: a VPC to create (the default) or to import.
            studio: the Studio domain, or none.
            parameter_namespace: goes in front of the SSM parameters' names; two stages in one
                account and region need different ones.
            removal_policy: of stateful resources; by default they are kept.
            tags: go on every resource, next to `cdk-app`, set and stage.
            org: what the organization prescribes; by default nothing.
            qualifier: of the bootstrap of the account; by default that of the app.
            projects: what the set's projects may do and who approves it; by default the lead.
            budget: of the account, in a region whose CloudFormation makes budgets; none by default.
        """
        super().__init__(
            scope,
            construct_id,
            env=env,
            app_name="infra",
            app_prefix=app_prefix,
            set_name=set_name,
            tags=tags,
            org=org,
            qualifier=qualifier,
        )
        rules = projects or Projects()
        self.stack = InfraStack(
            self,
            APP_DIRECTORY,
            stack_name=names.core_stack(construct_id, APP_DIRECTORY, parameter_namespace),
            description=f"MLOps infra: network, parameters and, where configured, SageMaker "
            f"Studio of stage '{construct_id}' in account set '{set_name}'",
            app_prefix=app_prefix,
            projects=ProjectDeployments(
                app_prefix=app_prefix,
                set_name=set_name,
                stage_name=construct_id,
                region=env.region or "",
                dev_account=dev_account,
                deploys=rules.deploys,
                role_actions=rules.role_actions,
                org=org,
            ),
            network=network or CreateNetwork(),
            neighbours=Neighbours.of_account(
                env.account or "", dev_account, tested_accounts, org.roles
            ),
            studio=studio,
            parameter_namespace=parameter_namespace,
            removal_policy=removal_policy,
            rules=rules,
            budget=budget,
            org=org,
            approver_role_name=org.roles.name(
                names.approver_role(app_prefix, set_name, env.region or "")
            ),
            # The rule has the name of the function of the template app whose role satisfies it.
            built_by=names.gate_function(app_prefix, set_name, "check", env.region or ""),
        )
        extend(
            self.stack,
            StageFacts(
                name=construct_id,
                account=self.stack.account,
                region=self.stack.region,
                set_name=set_name,
                tags=self.resource_tags,
                has_studio=studio is not None,
            ),
        )
