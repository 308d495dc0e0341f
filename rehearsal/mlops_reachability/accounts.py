"""The accounts of a configuration: bootstrap, platform and projects, each stack where it goes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.accounts.account_policies import AccountPolicy, Assemblies, account_policy
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.assembly.stacks import GOVERNANCE, read_stacks
from mlops_commons.assembly.templates import Template, read_template
from mlops_commons.config import load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_reachability.landing import Landing
from mlops_reachability.model import FOREIGN, World
from mlops_reachability.synthesis import DeployApp, Synthesised, account_of

EVERYTHING: Final = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}
BOOTSTRAP: Final = REPOSITORY_ROOT / "node_modules/aws-cdk/lib/api/bootstrap"
"""What `cdk bootstrap` deploys, as the pinned CLI ships it."""
PROJECTS: Final = {"alpha": "p-alpha", "beta": "p-beta"}
"""The projects of the graph by name: whose reach is asked for, and another one."""


def world_of(synthesised: Synthesised, product: str) -> World:
    """The accounts of a configuration's first set with two projects of a product."""
    landing = platform(synthesised)
    for name, project_id in PROJECTS.items():
        launch(landing, synthesised, product, name, project_id)
    abroad = open_accounts(synthesised.products[product])
    return replace(landing.world(), open_accounts=abroad)


def open_accounts(product: Template) -> tuple[str, ...]:
    """The parameters that hold an account's number and take that of any other account."""
    return tuple(
        name
        for name, parameter in product.get("Parameters", {}).items()
        if re.fullmatch("[0-9]{12}", str(parameter.get("Default", "")))
        and FOREIGN in parameter.get("AllowedValues", (FOREIGN,))
        and re.fullmatch(parameter.get("AllowedPattern", ".*"), FOREIGN)
    )


def platform(synthesised: Synthesised) -> Landing:
    """The accounts with their bootstrap and the stacks of both apps."""
    config = load_config(synthesised.cdk_app, synthesised.infra)
    first = config.enabled_deployments[0]
    places = {stage.account: str(stage.role) for stage in first.enabled_stages}
    places = {**places, config.pipeline.account: GOVERNANCE}
    landing = Landing(region=config.pipeline.region, places=places)
    assemblies: Assemblies = {
        folder: read_stacks(folder) for folder in synthesised.assemblies.values()
    }
    for row in bootstrap_plan(config):
        if row.account in places:
            policy = account_policy(row, assemblies, app_prefix=config.app_prefix)
            _bootstrap(landing, row, policy)
    for folder, stacks in assemblies.items():
        roles = _roles_of_governance(folder)
        for summary in stacks:
            if summary.account in places:
                landing.land(
                    read_template(folder, summary).template,
                    stack=summary.stack,
                    account=summary.account,
                    role=roles.get(summary.stack, ""),
                )
    return landing


def launch(
    landing: Landing, synthesised: Synthesised, product: str, name: str, project_id: str
) -> None:
    """A project of a product, launched and deployed to every stage."""
    dev = next((account for account, place in landing.places.items() if place == "dev"), None)
    if dev is None:
        raise PlatformError(
            "no account is the stage 'dev' alone: reach is computed between accounts",
            hint="give each stage an account of its own, or ask of a configuration that does",
        )
    landing.land(
        synthesised.products[product],
        stack=f"SC-{dev}-pp-{name}",
        account=dev,
        values={"SageMakerProjectName": name, "SageMakerProjectId": project_id},
    )
    app = synthesised.deploy_apps.get(product)
    if app is None:
        return
    actual = _settings(landing, project_id)
    for stage, template in _filled_in(app, actual).items():
        account = actual[account_of(stage)]
        stack, role = _deployment(landing, project_id, stage, account)
        landing.land(template, stack=stack, account=account, role=role)


def _bootstrap(landing: Landing, row: BootstrapRow, policy: AccountPolicy) -> None:
    for arn, document in zip(policy.arns, policy.documents, strict=True):
        landing.policy(arn, document)
    if row.boundary:
        # What the organization's policy allows is not told, so nothing is taken for held by it.
        arn = f"arn:aws:iam::{row.account}:policy/{row.boundary}"
        landing.policy(arn, {"Version": "2012-10-17", "Statement": [EVERYTHING]})
    template = yaml.safe_load((BOOTSTRAP / "bootstrap-template.yaml").read_text("utf-8"))
    values: dict[str, Any] = {
        "Qualifier": row.toolkit.qualifier,
        "TrustedAccounts": list(row.trust),
        "CloudFormationExecutionPolicies": list(policy.arns),
    }
    if row.boundary:
        values["InputPermissionsBoundary"] = row.boundary
        values["ApplyPermissionsBoundaryToAllRoles"] = "true"
    name = row.toolkit.toolkit_stack_name
    landing.land(template, stack=name, account=row.account, values=values)


def _roles_of_governance(folder: Path) -> Mapping[str, str]:
    """What CloudFormation applies the stacks with that the CDK CLI deploys itself."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    return {
        artifact["properties"].get("stackName", name): artifact["properties"]
        .get("cloudFormationExecutionRoleArn", "")
        .replace("${AWS::Partition}", "aws")
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def _settings(landing: Landing, project_id: str) -> dict[str, str]:
    """What the pipeline of a project tells its build: the variables of its projects, in small."""
    found: dict[str, str] = {}
    for resource in landing.resources.values():
        if resource.type == "AWS::CodeBuild::Project":
            rows = resource.properties["Environment"].get("EnvironmentVariables", ())
            variables = {row["Name"].lower(): str(row["Value"]) for row in rows}
            if variables.get("project_id") == project_id:
                found |= variables
    return found


def _filled_in(app: DeployApp, actual: Mapping[str, str]) -> dict[str, Template]:
    """The templates of a deploy app with the names of a project that does exist."""
    text = json.dumps(dict(app.templates))
    known = {value: actual[name] for name, value in app.settings.items() if name in actual}
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, known[value])
    filled: dict[str, Template] = json.loads(text)
    return filled


def _deployment(landing: Landing, project_id: str, stage: str, account: str) -> tuple[str, str]:
    """The stack and the role of CloudFormation that the project's pipeline names for a stage."""
    for configuration in _cloudformation(landing, project_id):
        stack = configuration["StackName"]
        if stack.endswith(f"-deploy-{stage}"):
            return stack, str(configuration.get("RoleArn", ""))
    return f"{project_id}-deploy-{stage}", ""


def _cloudformation(landing: Landing, project_id: str) -> Iterator[Mapping[str, Any]]:
    for resource in landing.resources.values():
        if resource.type == "AWS::CodePipeline::Pipeline" and project_id in resource.name:
            for stage in resource.properties["Stages"]:
                for action in stage["Actions"]:
                    if action["ActionTypeId"]["Provider"] == "CloudFormation":
                        yield action["Configuration"]
