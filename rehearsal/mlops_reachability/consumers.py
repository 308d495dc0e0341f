"""Who runs, applies or reads what is written somewhere: objects, images, parameters."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.iam.evaluation import listed
from mlops_reachability.edges import Edge, artifact, image, pushed
from mlops_reachability.model import Resource, Role, World
from mlops_reachability.pipelines import PIPELINE, actions_of, gated

SEALED: Final = re.compile(r"^arn:aws:s3:::[^/]+/([a-z-]+)/[*]$")
TEMPLATE_URL: Final = re.compile(r"^https://(?:s3[.][^/]+/)?([^./]+)[^/]*/(.+)$")
DIGEST: Final = "0" * 64


@dataclass(frozen=True)
class Written:
    """A place that others write to.

    Attributes:
        actions: each of them writes there.
        edge: what whoever writes there has.
    """

    resource: str
    actions: tuple[str, ...]
    edge: Edge


PUT: Final = ("s3:PutObject",)
PUSH_IMAGE: Final = ("ecr:PutImage",)
PUT_PARAMETER: Final = ("ssm:PutParameter",)


def written(world: World) -> tuple[Written, ...]:
    """Every place whose content somebody runs, applies or follows."""
    found = (_artifacts, _seeds, _function_code, _products, _models, _images, _parameters)
    return tuple(row for part in found for row in part(world))


def image_edges(world: World) -> Iterator[tuple[str, Edge]]:
    """The jobs of a project run the images of its repository."""
    for repository in world.of_type("AWS::ECR::Repository"):
        for role in _running_sagemaker(world, repository.account):
            if role.stack == repository.stack:
                yield image(repository.arn), Edge(role.arn, "the project's jobs run the image")


def _artifacts(world: World) -> Iterator[Written]:
    """CodePipeline keeps artifacts under the beginnings of its name and theirs (CodePipeline User
    Guide, "Input and output artifacts")."""
    for pipeline in world.of_type(PIPELINE):
        names = {o["Name"] for _, a in actions_of(pipeline) for o in a.get("OutputArtifacts", ())}
        for bucket, name in itertools.product(_stores(pipeline.properties), sorted(names)):
            key = f"{pipeline.name[:20]}/{name[:10]}/AbCdEfG"
            words = f"exchanges the artifact {name} of {pipeline.name} in {bucket}"
            target = artifact(pipeline.arn, name)
            yield Written(f"arn:aws:s3:::{bucket}/{key}", PUT, Edge(target, words))


def _stores(pipeline: Mapping[str, Any]) -> list[str]:
    """The buckets of a pipeline: one, or one for each region that it acts in (AWS CloudFormation
    Template Reference, AWS::CodePipeline::Pipeline)."""
    several = [row["ArtifactStore"] for row in pipeline.get("ArtifactStores", ())]
    return [store["Location"] for store in several or [pipeline["ArtifactStore"]]]


def _seeds(world: World) -> Iterator[Written]:
    for repository in world.of_type("AWS::CodeCommit::Repository"):
        place = repository.properties.get("Code", {}).get("S3")
        if place:
            words = f"exchanges the archive with which {repository.name} begins"
            arn = f"arn:aws:s3:::{place['Bucket']}/{place['Key']}"
            yield Written(arn, PUT, Edge(pushed(repository.arn), words))


def _function_code(world: World) -> Iterator[Written]:
    for function in world.of_type("AWS::Lambda::Function"):
        code = function.properties.get("Code", {})
        if "S3Bucket" in code:
            words = f"exchanges the code of the function {function.name}"
            arn = f"arn:aws:s3:::{code['S3Bucket']}/{code['S3Key']}"
            yield Written(arn, PUT, Edge(function.properties["Role"], words))


def _products(world: World) -> Iterator[Written]:
    """A product's template is applied by its launch role."""
    launching = {
        str(row.properties["ProductId"]): str(row.properties["RoleArn"])
        for row in world.of_type("AWS::ServiceCatalog::LaunchRoleConstraint")
        if "RoleArn" in row.properties
    }
    for product in world.of_type("AWS::ServiceCatalog::CloudFormationProduct"):
        role = launching.get(product.name)
        for version in product.properties.get("ProvisioningArtifactParameters", ()):
            url = str(version.get("Info", {}).get("LoadTemplateFromURL", ""))
            match = TEMPLATE_URL.match(url)
            if match and role:
                words = f"exchanges the template of the product {product.logical_id}"
                yield Written(f"arn:aws:s3:::{match[1]}/{match[2]}", PUT, Edge(role, words))


def _models(world: World) -> Iterator[Written]:
    """A stage's model loads an archive of the project's bucket in dev; jobs run its sources."""
    deploying = {p.stack: gated(p) for p in world.of_type(PIPELINE) if _applies_projects(p)}
    for bucket in world.of_type("AWS::S3::Bucket"):
        if bucket.stack not in deploying or "artifacts" not in bucket.name:
            continue
        sealed = _sealed(world, bucket)
        checked = deploying[bucket.stack] and "registered" in sealed
        key = f"registered/{DIGEST}/model.tar.gz" if checked else "training/1/model.tar.gz"
        for role in _running_sagemaker(world):
            if role.stack != bucket.stack and _project(bucket.name) in role.name:
                words = f"exchanges the model in {bucket.name} that {role.name} loads"
                yield Written(f"{bucket.arn}/{key}", PUT, Edge(role.arn, words))
            elif role.stack == bucket.stack:
                words = f"exchanges the sources in {bucket.name} that jobs of {role.name} run"
                sources = f"{bucket.arn}/sources/{DIGEST}/evaluate.py"
                yield Written(sources, PUT, Edge(role.arn, words))


def _applies_projects(pipeline: Resource) -> bool:
    return pipeline.stack.startswith("SC-") and any(
        action["ActionTypeId"]["Provider"] == "CloudFormation" for _, action in actions_of(pipeline)
    )


def _project(bucket: str) -> str:
    """The id of the project in a bucket's name."""
    found = re.search(r"p-[a-z0-9]+", bucket)
    return found[0] if found else bucket


def _sealed(world: World, bucket: Resource) -> frozenset[str]:
    """The prefixes of a bucket that its own policy keeps from being written."""
    return frozenset(
        match[1]
        for statement in world.documents.get(bucket.policy, ())
        if statement["Effect"] == "Deny"
        for resource in listed(statement.get("Resource", ()))
        if (match := SEALED.match(resource))
    )


def _running_sagemaker(world: World, account: str = "") -> Iterator[Role]:
    """The roles of projects that SageMaker runs jobs and models with."""
    for role in world.roles.values():
        services = [
            service
            for statement in world.documents[role.trust]
            for service in listed(_services(statement))
        ]
        is_project = re.search(r"-p-[a-z]+-", role.name)
        if "sagemaker.amazonaws.com" in services and is_project and account in ("", role.account):
            yield role


def _services(statement: Any) -> Any:
    principal = statement.get("Principal", {})
    return principal.get("Service", ()) if isinstance(principal, dict) else ()


def _images(world: World) -> Iterator[Written]:
    for repository in world.of_type("AWS::ECR::Repository"):
        words = f"pushes an image to {repository.name}"
        yield Written(repository.arn, PUSH_IMAGE, Edge(image(repository.arn), words))


def _parameters(world: World) -> Iterator[Written]:
    """A parameter with the ARN of a role or a boundary decides what templates hand on."""
    for parameter in world.of_type("AWS::SSM::Parameter"):
        value = str(parameter.properties.get("Value", ""))
        if ":role/" not in value and ":policy/" not in value:
            continue
        for stack in world.stacks:
            if stack.account == parameter.account and stack.role and "-p-" in stack.name:
                words = f"changes the parameter {parameter.name} that {stack.name} reads"
                yield Written(parameter.arn, PUT_PARAMETER, Edge(stack.role, words))
