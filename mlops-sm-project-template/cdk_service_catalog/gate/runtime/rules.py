"""The rules of Verify: what a project's template may say. This table is what refusals quote."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from . import (
    check_access,
    check_events,
    check_model,
    check_names,
    check_network,
    check_structure,
)
from .settings import Project, Settings
from .stage_view import Found, StageView
from .templates import file_of
from .values import shown

MAXIMUM_SHOWN: Final = 12
"""Of CodePipeline's message of at most 5,000 characters (API_FailureDetails) a readable part."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is asked of a template.

    Attributes:
        check: yields what the rule does not accept.
        what: what was wrong.
        allowed: what the rule accepts; `{...}` are names of the project and its stage.
        fix: what to do.
    """

    name: str
    check: Callable[[StageView], Found]
    what: str
    allowed: str
    fix: str


RULES: Final = (
    Rule(
        name="sections",
        check=check_structure.sections,
        what="a section of the template, or an export, is not allowed",
        allowed="Conditions, Description, Mappings, Metadata, Outputs without Export, Parameters, "
        "Resources",
        fix="remove it: macros, hooks and exports reach beyond the project",
    ),
    Rule(
        name="shapes",
        check=check_structure.shapes,
        what="a resource is not written out",
        allowed="objects with Type and Properties",
        fix="write the properties themselves instead of a function or a loop that makes them",
    ),
    Rule(
        name="functions",
        check=check_structure.functions,
        what="a function reads or runs what is not in the template, or hides what it gives",
        allowed="Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select of what the template says, and "
        "Fn::Select and Fn::Split of an SSM parameter",
        fix="write the value: the deploy app is synthesised for this stage and knows it",
    ),
    Rule(
        name="dynamic-references",
        check=check_structure.dynamic_references,
        what="a value is read by CloudFormation while it deploys",
        allowed="no {{{{resolve:...}}}}",
        fix="let the container read the secret with its role",
    ),
    Rule(
        name="types",
        check=check_structure.types,
        what="a type is not one that projects deploy",
        allowed="the types of the platform's deploy apps and those of `projects: deploys`",
        fix="ask the platform team to add the type to `projects: deploys` in cdk-app.yml",
    ),
    Rule(
        name="parameters",
        check=check_structure.parameters,
        what="a parameter has no value that is known here",
        allowed="String and Number with a default; SSM parameters of the stage's contract and "
        "those below /mlops/{name}/",
        fix="give it a default",
    ),
    Rule(
        name="names",
        check=check_names.names,
        what="a name is not the project's, or is not known before the deployment",
        allowed="names that begin with sagemaker-{id}-{stage}- or {name}-{id}-",
        fix="name it that way, in plain text",
    ),
    Rule(
        name="role-names",
        check=check_names.role_names,
        what="a role's name does not show project and stage",
        allowed="RoleName beginning with {roles}, and the Path {path}",
        fix="name the role that way, in plain text; `name_roles` gives it path and prefix",
    ),
    Rule(
        name="references",
        check=check_names.references,
        what="an endpoint or a component uses a resource of somebody else",
        allowed="models, configurations, endpoints and topics of the same template",
        fix="refer to the resource of the template",
    ),
    Rule(
        name="alarm-actions",
        check=check_events.alarm_actions,
        what="an alarm does more than tell a topic, or tells that of another project",
        allowed="topics of SNS: sagemaker-{name}-{id}, those that begin with sagemaker-{id}-, and "
        "those that are of no project; scaling policies of the same template",
        fix="remove the action, or name such a topic",
    ),
    Rule(
        name="targets",
        check=check_events.targets,
        what="a rule or a schedule starts what is not the project's",
        allowed="for rules what the template makes, and the topics sagemaker-{name}-{id}, those "
        "that begin with sagemaker-{id}-, and those that are of no project; for schedules "
        "the project's pipelines of SageMaker in {account}",
        fix="name such a target; a job belongs into a pipeline, where its image and its network "
        "are read",
    ),
    Rule(
        name="events",
        check=check_events.events,
        what="a rule sees events of others",
        allowed="an EventPattern without $or, in which all values of one field are texts with the "
        "id {id}; the default event bus",
        fix="ask for the project's own resource in the pattern, such as detail.pipelineArn",
    ),
    Rule(
        name="roles",
        check=check_names.roles,
        what="a service is given a role that is not of this template",
        allowed="the Arn of a role of the same template",
        fix="use the execution role of the deploy app",
    ),
    Rule(
        name="accounts",
        check=check_names.accounts,
        what="another account is named, or an account cannot be read",
        allowed="{account} (this stage) and {dev} (where the model is)",
        fix="remove the other account, or write the id in plain text",
    ),
    Rule(
        name="buckets",
        check=check_names.buckets,
        what="data would lie in, or come from, a bucket of somebody else",
        allowed="buckets of the same template, and {artifacts}, written as s3://",
        fix="use the stage's data bucket",
    ),
    Rule(
        name="copies",
        check=check_names.copies,
        what="a bucket would copy its content or its access logs elsewhere, or show it",
        allowed=f"no {', '.join(check_names.COPYING)}; logs in a bucket of the same template; a "
        f"{check_names.PUBLIC} that blocks everything",
        fix="remove the property",
    ),
    Rule(
        name="topics",
        check=check_events.topics,
        what="a topic sends its messages on, or is not encrypted with a key of the stage",
        allowed=f"{', '.join(check_events.TOPIC)}, with a key of the same template",
        fix="remove the property; people subscribe to the topic themselves",
    ),
    Rule(
        name="boundary",
        check=check_access.boundary,
        what="a role is without the boundary of its stage",
        allowed="a Ref to an SSM parameter with the default {boundary}",
        fix="call `apply_boundary` on the stack",
    ),
    Rule(
        name="trust",
        check=check_access.trust,
        what="a role could be taken by somebody else",
        allowed="sts:AssumeRole and sts:SetSourceIdentity by services that the template has "
        "resources of, and sts:AssumeRole by the role "
        "{testing} of {dev}",
        fix="remove the principal",
    ),
    Rule(
        name="attachments",
        check=check_access.attachments,
        what="a policy is attached to what this template does not make",
        allowed="roles of the same template, by Ref",
        fix="attach it to the role of the deploy app",
    ),
    Rule(
        name="attached",
        check=check_access.attached,
        what="a role has a policy that this template does not make",
        allowed="managed policies of the same template, by Ref",
        fix="write the permissions that it needs into a policy of the deploy app",
    ),
    Rule(
        name="resource-policies",
        check=check_access.resource_policies,
        what="the policy of a resource lets somebody else in, or is of another bucket",
        allowed="principals of {account}, roles of the same template, and AWS's services that "
        "aws:SourceAccount or aws:SourceArn keeps to {account}; written as an object",
        fix="remove the principal, or give its statement the condition",
    ),
    Rule(
        name="versions",
        check=check_model.versions,
        what="another version of a model is named",
        allowed="{version}",
        fix="read MODEL_PACKAGE_ARN, as the deploy app does",
    ),
    Rule(
        name="archives",
        check=check_model.archives,
        what="artifacts of the project are read that are not of the chosen version",
        allowed=f"{{archives}}, and scripts below s3://{{artifacts}}/{check_model.SOURCES}<SHA-256>/",
        fix="read MODEL_DATA_URI, as the deploy app does",
    ),
    Rule(
        name="models",
        check=check_model.models,
        what="a model is not simply the version that was chosen",
        allowed="one container with ModelPackageName {version} and nothing else; without an "
        "approved version no model, endpoint or pipeline",
        fix="put into the version what the container needs",
    ),
    Rule(
        name="components",
        check=check_model.components,
        what="a component runs more than a model of the template",
        allowed=f"a Specification with {', '.join(check_model.OF_A_COPY)}, and no Specifications",
        fix="name the model of the template in Specification.ModelName",
    ),
    Rule(
        name="isolation",
        check=check_model.isolation,
        what="a model could reach the network",
        allowed="EnableNetworkIsolation, of models and of endpoints with components; without it "
        "models of serverless endpoints alone, where the platform's configuration allows these",
        fix="take kind: asynchronous, which scales to zero too, or ask the platform team to set "
        "`projects: serverless_endpoints: true` in cdk-app.yml",
    ),
    Rule(
        name="networks",
        check=check_network.networks,
        what="a job could reach what is not in the private network",
        allowed="EnableNetworkIsolation, or a VpcConfig with the subnets and the security group of "
        "the stage's contract",
        fix="run the step with NetworkConfig, as `ml_pipelines/jobs.py` does",
    ),
    Rule(
        name="pipelines",
        check=check_model.pipelines,
        what="a pipeline has another model, another role, or steps that do more",
        allowed="a PipelineDefinitionBody with steps of the types "
        f"{', '.join(check_model.STEPS)}, the chosen version, isolated models of the same template "
        "by their ModelName, and the role of the pipeline; images and roles in plain text",
        fix="compile the inference pipeline of the build repository again",
    ),
    Rule(
        name="images",
        check=check_model.images,
        what="a container image is not known",
        allowed="images of AWS's accounts in {region}, and those of account {dev} named "
        "sagemaker-{id}@sha256:...",
        fix="name the image by the digest of what the build has pushed",
    ),
)


@dataclass(frozen=True)
class Refusal:
    """What a rule does not accept, where."""

    rule: Rule
    view: StageView
    logical_id: str
    value: Any

    def __str__(self) -> str:
        where = f"{file_of(self.view.stage)}, {self.logical_id or 'template'}"
        allowed = self.rule.allowed.format(**_words(self.view))
        return (
            f"[{self.rule.name}] {where}: {self.rule.what}: {shown(self.value)}\n"
            f"  allowed: {allowed}\n  do: {self.rule.fix}"
        )


def refusals(
    templates: Mapping[str, Mapping[str, Any]],
    settings: Settings,
    project: Project,
    version: str,
    *,
    partition: str = "aws",
    archives: Sequence[str] = (),
    rules: Sequence[Rule] = RULES,
) -> list[Refusal]:
    """Everything that the rules do not accept, in the order of stages and rules.

    Args:
        archives: the URIs of the version's models.
    """
    found = []
    for stage, template in templates.items():
        view = StageView(
            stage=stage,
            template=template,
            settings=settings,
            project=project,
            version=version,
            partition=partition,
            archives=tuple(archives),
        )
        for rule in rules:
            found += [Refusal(rule, view, *row) for row in rule.check(view)]
    return found


def report(found: Iterable[Refusal]) -> str:
    """What people read, once for each place."""
    lines = list(dict.fromkeys(map(str, found)))
    more = len(lines) - MAXIMUM_SHOWN
    rest = [f"... and {more} more"] if more > 0 else []
    heading = "the templates break rules of the platform; nothing was deployed"
    return "\n".join([heading, *lines[:MAXIMUM_SHOWN], *rest])


def _words(view: StageView) -> dict[str, str]:
    return {
        "account": view.account,
        "archives": " ".join(view.archives) or "none",
        "artifacts": f"{view.settings.bucket_prefix}-{view.project.id}-artifacts-"
        f"{view.settings.dev_account}",
        "boundary": view.parameter(check_structure.BOUNDARY),
        "dev": view.settings.dev_account,
        "id": view.project.id,
        "name": view.project.name,
        "path": view.settings.role_path,
        "region": view.settings.region,
        "roles": view.roles,
        "stage": view.stage,
        "testing": view.testing_role.rpartition("/")[2],
        "version": view.version,
    }
