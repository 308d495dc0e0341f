"""Names by which other stacks, personas and policies know what a project has.

A name is a promise: the policies of personas, the boundary and the launch role name the resources
of projects by patterns. Source: these patterns in the templates of the other stacks; and
"sagemaker-*", which AWS's managed policies for projects ask of repositories and pipelines.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.physical import IDENTITIES
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.walking import walk

STAGES: Final = "dev|preprod|prod"
OF_PROJECTS: Final = {
    "AWS::CodeBuild::Project": "sagemaker-{name}-{id}-[a-z-]+",
    "AWS::CodeCommit::Repository": "sagemaker-{name}-{id}-[a-z]+",
    "AWS::CodePipeline::Pipeline": "sagemaker-{name}-{id}-[a-z]+",
    "AWS::ECR::Repository": "sagemaker-{id}",
    "AWS::Events::Rule": "sagemaker-{id}-[a-z-]+",
    "AWS::IAM::ManagedPolicy": "sagemaker-{id}-[a-z-]+",
    "AWS::IAM::Role": "sagemaker-{id}-[a-z-]+",
    "AWS::Logs::LogGroup": "/aws/codebuild/sagemaker-{name}-{id}-[a-z-]+",
    "AWS::S3::Bucket": "mlops-{id}-(artifacts|pipeline)-{account}",
    "AWS::SNS::Topic": "sagemaker-{name}-{id}",
    "AWS::SSM::Parameter": "/mlops/{name}/(" + STAGES + ")/[a-z_]+",
    "AWS::SageMaker::ModelPackageGroup": "{name}-{id}",
}
OF_DEPLOYMENTS: Final = {
    "AWS::CloudWatch::Alarm": "{name}-{id}-{stage}-[a-z-]+",
    "AWS::IAM::Role": "sagemaker-{id}-{stage}-[a-z-]+",
    "AWS::S3::Bucket": "sagemaker-{id}-{stage}-{account}|deploy-.*dataaccesslogs.*",
    "AWS::SageMaker::Endpoint": "{name}-{id}-{stage}",
    "AWS::SageMaker::Pipeline": "{name}-{id}-{stage}-(inference|monitoring)",
    "AWS::Scheduler::Schedule": "{name}-{id}-{stage}",
}
MODELS: Final = ("model-package", "model-package-group", "pipeline")
ROLE_OF_A_STAGE: Final = re.compile(r"arn:aws:iam::(\d+):role/.*-(dev|preprod|prod)-.*")


def projects_have_their_names(stack: Stack) -> Iterator[str]:
    """What a project makes has the name by which others know it."""
    if stack.name.startswith("SC-"):
        known = stack.parameters
        values = {"name": known["SageMakerProjectName"], "id": known["SageMakerProjectId"]}
        yield from _named(stack, OF_PROJECTS, values)


def deployments_have_their_names(stack: Stack) -> Iterator[str]:
    """What a deployment makes has the name that its boundary and the tests know."""
    if stack.name.startswith("deploy-"):
        stage = stack.name.removeprefix("deploy-")
        values = {"name": "n{32}", "id": "p-i{14}", "stage": stage}
        yield from _named(stack, OF_DEPLOYMENTS, values)


def policies_name_what_is_there(stack: Stack) -> Iterator[str]:
    """A role of this account that a project's policies name is one that the project makes."""
    if not stack.name.startswith("SC-"):
        return
    name, number = stack.parameters["SageMakerProjectName"], stack.parameters["SageMakerProjectId"]
    ours = re.compile(rf"(sagemaker-)?({name}-{number}|{number})([-/].*)?")
    for found in stack.resources.values():
        for _, value in walk(dict(found.properties)):
            if isinstance(value, str) and value.startswith("arn:aws:") and value.count(":") >= 5:
                wrong = _wrong(stack, value, ours)
                if wrong:
                    yield f"{found.id} names {value}, {wrong}"


def stages_are_in_their_accounts(stack: Stack) -> Iterator[str]:
    """A role that is named after a stage is in the account of that stage; accounts stand once."""
    accounts = {
        "dev": stack.account,
        "preprod": stack.parameters.get("PreProdAccount"),
        "prod": stack.parameters.get("ProdAccount"),
    }
    for found in stack.resources.values() if stack.name.startswith("SC-") else ():
        for _, value in walk(dict(found.properties)):
            match = ROLE_OF_A_STAGE.fullmatch(value) if isinstance(value, str) else None
            if match and match[1] != accounts[match[2]]:
                yield f"{found.id} names {value}, which is in another account"
            texts = isinstance(value, list) and all(isinstance(v, str) for v in value)
            if texts and len(set(value)) < len(value):
                yield f"{found.id} names one thing twice: {value}"


def values_say_what_their_names_say(stack: Stack) -> Iterator[str]:
    """Parameters and variables with the name of a thing hold that thing."""
    known = stack.parameters
    values = {
        "project_name": known.get("SageMakerProjectName"),
        "project_id": known.get("SageMakerProjectId"),
        "dev_account": stack.account,
        "preprod_account": known.get("PreProdAccount"),
        "prod_account": known.get("ProdAccount"),
        "region": stack.region,
    }
    for where, name, value in _variables(stack) if stack.name.startswith("SC-") else ():
        for part, wanted in values.items():
            if re.search(rf"(^|_){part}$", name.lower()) and value != wanted:
                yield f"{where}: {name} is {value}, not {wanted}"


def _variables(stack: Stack) -> Iterator[tuple[str, str, Any]]:
    for build in stack.of_type("AWS::CodeBuild::Project"):
        for variable in build.properties["Environment"].get("EnvironmentVariables", []):
            yield build.id, variable["Name"], variable["Value"]
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        stage, what = parameter.properties["Name"].split("/")[-2:]
        name = "region" if what == "region" else f"{stage}_{what.removesuffix('_id')}"
        yield parameter.id, name, parameter.properties["Value"]


def _named(stack: Stack, forms: dict[str, str], values: dict[str, Any]) -> Iterator[str]:
    for found in stack.resources.values():
        form = forms.get(found.type)
        name = stack.arn(found.id).rpartition("role/")[2] if found.type.endswith("::Role") else None
        chosen = found.properties.get(IDENTITIES[found.type].name) if form else None
        given = str(name or chosen or stack.named(found.id))
        if form and not re.fullmatch(form.format(**values, account=stack.account), given):
            yield f"{found.id} is named {given}, which is no {form}"


def _wrong(stack: Stack, arn: str, ours: re.Pattern[str]) -> str:
    _, _, service, _, account, rest = arn.split(":", 5)
    kind, _, name = rest.partition("/")
    own = account in ("", stack.account)
    if service == "iam" and kind == "role" and own and name.startswith("sagemaker-"):
        staged = re.search(rf"-({STAGES})-(execution|test)$", name)
        if not ours.fullmatch(name) or (arn not in stack.by_arn and not staged):
            return "a role that nobody makes"
    of_project = service == "s3" and re.match(r"mlops-.*-(artifacts|pipeline)-\d", rest)
    if of_project and f"arn:aws:s3:::{kind}" not in stack.by_arn:
        return "a bucket that nobody makes"
    named = service == "sagemaker" and kind in MODELS
    if named and not ours.fullmatch(name):
        return "which is of another project"
    if service in ("codecommit", "codepipeline") and not ours.fullmatch(rest):
        return "which is of another project"
    return ""
