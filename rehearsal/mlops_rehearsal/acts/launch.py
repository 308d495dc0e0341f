"""Act 6: a lead launches a project; nobody else can."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from botocore.exceptions import ClientError

from mlops_commons.config import Deployment, Stage
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.contract import Persona
from mlops_commons.stage import Separation
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.stack_failures import likely_fix
from mlops_rehearsal.acts.people_of_projects import complete_projects, missing_people
from mlops_rehearsal.acts.training_image import missing_packages
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.personas import persona_credentials
from mlops_rehearsal.world.projects import NAME, Project
from mlops_rehearsal.world.world import World

SECONDS: Final = 300.0
REFUSED: Final = ("AccessDeniedException", "ResourceNotFoundException")


def play_launch(world: World) -> tuple[Evidence, ...]:
    """Launch the product of the request in every set, and try it as a data scientist."""
    launched, access = [], []
    for deployment in sets_with_projects(world.config):
        dev = deployment.dev
        if dev is None or world.config.studio(deployment.set_name, dev.stage_name) is None:
            continue
        for product in _wanted(world, dev):
            access.append(_refused(world, dev, product))
            project = _launch(world, deployment, dev, product)
            nobody = missing_people(project, world.config)
            missing = missing_packages(world, project)
            project = replace(project, nobody=nobody, missing=missing)
            world.projects.append(project)
            launched.append(_row(world, project))
            access.append(_access(dev, Persona.LEAD_DATA_SCIENTIST, product["Name"], "allowed"))
    if not launched:
        raise PlatformError(
            "no set with projects has Studio in its dev stage, so nobody can launch one"
        )
    if not world.staffed:
        raise PlatformError(
            "nobody can work on a launched project, since projects are kept apart and no id has "
            "both a data scientist and a lead",
            hint="list them with the same 'project' in cdk-infra-app.yml, such as p-abc123def456, "
            "which the rehearsal then launches; or end with --until launch",
        )
    return (Evidence("projects", tuple(launched)), Evidence("access", tuple(access)))


def _wanted(world: World, dev: Stage) -> list[Mapping[str, Any]]:
    """The products that the request names, as the lead sees them."""
    catalog = _catalog(world, dev, Persona.LEAD_DATA_SCIENTIST)
    found = catalog.search_products()["ProductViewSummaries"]
    if world.all_products:
        return sorted(found, key=lambda product: str(product["Name"]))
    wanted = [p for p in found if world.product.lower() in str(p["Name"]).lower()]
    if not wanted:
        known = "; ".join(sorted(str(p["Name"]) for p in found))
        raise PlatformError(f"no product's name has '{world.product}' in it; there are: {known}")
    return sorted(wanted, key=lambda product: len(str(product["Name"])))[:1]


def _catalog(world: World, dev: Stage, who: Persona) -> Any:
    return world.client("servicecatalog", dev.region, persona_credentials(world, dev, who))


def _refused(world: World, dev: Stage, product: Mapping[str, Any]) -> Mapping[str, str]:
    """A data scientist launches the product and is refused."""
    who = Persona.DATA_SCIENTIST
    if who in world.config.portfolio.personas:
        return _access(dev, who, product["Name"], "may launch by configuration")
    try:
        _provision(_catalog(world, dev, who), product, "pa-of-nobody", "refused", "p-refused")
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSED:
            raise
        return _access(dev, who, product["Name"], "denied")
    raise PlatformError(
        f"a {who} could launch '{product['Name']}'",
        hint="see portfolio.personas in cdk-app.yml and the persona's policies",
    )


def _launch(
    world: World, deployment: Deployment, dev: Stage, product: Mapping[str, Any]
) -> Project:
    project = Project(
        deployment=deployment,
        dev=dev,
        product=str(product["Name"]),
        name=f"{NAME}{len(world.projects) or ''}",
        project_id=_project_id(world, deployment, dev, str(product["Name"])),
    )
    world.say(f"the lead launches '{project.product}' as {project.full_name}")
    catalog = _catalog(world, dev, Persona.LEAD_DATA_SCIENTIST)
    versions = catalog.list_provisioning_artifacts(ProductId=product["ProductId"])
    newest = versions["ProvisioningArtifactDetails"][-1]["Id"]
    record = _provision(catalog, product, newest, project.name, project.project_id)
    end = time.monotonic() + SECONDS
    while record["Status"] in ("CREATED", "IN_PROGRESS") and time.monotonic() < end:
        time.sleep(0.5)
        record = catalog.describe_record(Id=record["RecordId"])["RecordDetail"]
    if record["Status"] != "SUCCEEDED":
        reasons = [f"  {row['Code']}: {row['Description']}" for row in record["RecordErrors"]]
        said = "\n".join(reasons)
        raise PlatformError(
            f"launching '{project.product}' is {record['Status']}:\n{said}",
            hint=likely_fix(said, otherwise="fix the resource that is named, then publish"),
        )
    return project


def _project_id(world: World, deployment: Deployment, dev: Stage, product: str) -> str:
    """An id as SageMaker gives it; where projects are kept apart one that has people, while there
    is one: they are listed after the launch, and this configuration has them already."""
    taken = {project.project_id for project in world.projects}
    if deployment.projects.separation is Separation.PROJECT:
        found = complete_projects(world.config, deployment, dev)
        if free := [name for name in found if name not in taken]:
            return free[0]
    return f"p-{hashlib.sha256(f'{deployment.set_name}{product}'.encode()).hexdigest()[:12]}"


def _provision(
    catalog: Any, product: Mapping[str, Any], version: str, name: str, project_id: str
) -> Mapping[str, Any]:
    """Launch as Studio does: it gives the project's name and id, and tags them."""
    values = {"SageMakerProjectName": name, "SageMakerProjectId": project_id}
    tags = {"sagemaker:project-name": name, "sagemaker:project-id": project_id}
    answer = catalog.provision_product(
        ProductId=product["ProductId"],
        ProvisioningArtifactId=version,
        ProvisionedProductName=f"{name}-{project_id}",
        ProvisionToken=project_id,
        ProvisioningParameters=[{"Key": k, "Value": v} for k, v in values.items()],
        Tags=[{"Key": k, "Value": v} for k, v in tags.items()],
    )
    record: Mapping[str, Any] = answer["RecordDetail"]
    return record


def _row(world: World, project: Project) -> Mapping[str, str]:
    pipelines = world.administrator("codepipeline", project.dev.account, project.dev.region)
    found = [p["name"] for p in pipelines.list_pipelines()["pipelines"]]
    made = sorted(name for name in found if project.full_name in name)
    return {
        "set": project.deployment.set_name,
        "account": project.dev.account,
        "product": project.product,
        "project": project.full_name,
        "pipelines": ", ".join(made),
        "waits for": project.nobody or project.missing or "nothing",
    }


def _access(dev: Stage, who: Persona, product: str, decision: str) -> Mapping[str, str]:
    return {
        "who": str(who),
        "does": "servicecatalog:ProvisionProduct",
        "on": product,
        "account": dev.account,
        "decision": decision,
    }
