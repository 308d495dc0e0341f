"""What is valid and does less than its writer may expect, with the line."""

from collections.abc import Iterator

from mlops_commons.config.checks.toolkits import ISSUE, places, written
from mlops_commons.config.document import KeyPath
from mlops_commons.config.notes_on_actions import actions_that_may_do_nothing
from mlops_commons.config.projects_of_sets import obstacles, sets_with_projects
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.contract import StageRole
from mlops_commons.instance_types import regions_without
from mlops_commons.product_instances import INSTEAD, without_price
from mlops_commons.utilities.errors import Problem


def notes(sources: Sources) -> tuple[Problem, ...]:
    """Notes on the sets that are delivered, in the order of the file."""
    return tuple(
        dict.fromkeys(
            [
                *_without_projects(sources),
                *_untracked(sources),
                *_dev_alone(sources),
                *_roles_of_no_portfolio(sources),
                *_instances_elsewhere(sources),
                *_machines_of_products(sources),
                *actions_that_may_do_nothing(sources),
                *_keys_by_other_names(sources),
            ]
        )
    )


def _without_projects(sources: Sources) -> Iterator[Problem]:
    for path, deployment, stage in sources.stages():
        for obstacle in obstacles(sources.config, deployment):
            if obstacle.stage_name == stage.stage_name:
                message = f"this set gets its infrastructure and no projects: {obstacle}"
                yield sources.app_document.problem((*path, "stage_name"), message)


def _untracked(sources: Sources) -> Iterator[Problem]:
    """Each file has a key of its own: the delivered portfolio reads one of them alone."""
    for path, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        dev = stage.role is StageRole.DEV and deployment.projects.enabled
        if dev and studio and studio.mlflow and not deployment.projects.mlflow:
            message = (
                f"{stage.stage_name} of set '{deployment.set_name}' has an MLflow App, in which "
                "notebooks track runs and builds of projects do not; they do with "
                "'projects.mlflow: true' here"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)


def _dev_alone(sources: Sources) -> Iterator[Problem]:
    for path, deployment, stage in sources.stages():
        if deployment.projects.enabled and deployment.enabled_stages == (stage,):
            message = (
                f"set '{deployment.set_name}' has no stage after {stage.stage_name}: its projects "
                "train, register and deploy models there, and promote them nowhere"
            )
            yield sources.app_document.problem((*path, "stage_name"), message)


def _roles_of_no_portfolio(sources: Sources) -> Iterator[Problem]:
    """A portfolio gets the roles of its own dev account."""
    devs = {d.dev.account for d in sources.config.enabled_deployments if d.dev}
    for index, arn in enumerate(sources.config.portfolio.role_arns):
        if arn.split(":")[4] not in devs:
            message = (
                f"'{arn}' is of no dev account, so no portfolio gets it; those of dev are "
                + ", ".join(sorted(devs))
            )
            yield sources.app_document.problem((APP_ROOT, "portfolio", "role_arns", index), message)


def _instances_elsewhere(sources: Sources) -> Iterator[Problem]:
    """A list for several stages may name what only some regions have.

    A note, because no price list that ships tells of training.
    """
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        studio = sources.config.studio(*names)
        patterns = studio.jobs.instance_types if studio else ()
        for index, pattern in enumerate(patterns):
            if regions_without(pattern, (stage.region,)):
                message = (
                    f"'{pattern}' has no price in {stage.region}, the region of stage "
                    f"'{stage.stage_name}' of set '{deployment.set_name}', for endpoints, "
                    "processing and transform jobs: AWS has it elsewhere, if not for training alone"
                )
                where = (*_jobs_path(sources, deployment.set_name), index)
                yield sources.infra_document.problem(where, message)


def _machines_of_products(sources: Sources) -> Iterator[Problem]:
    """A note, because another machine is a line of a project's repository."""
    with_projects = {d.set_name for d in sets_with_projects(sources.config)}
    for path, deployment, stage in sources.stages():
        lacking = without_price(stage) if deployment.set_name in with_projects else {}
        if lacking:
            products = dict.fromkeys(name for names in lacking.values() for name in names)
            message = (
                f"{stage.region} has no price for {', '.join(lacking)}, with which projects of "
                f"{', '.join(products)} begin; {INSTEAD}"
            )
            yield sources.app_document.problem((*path, "region"), message)


def _jobs_path(sources: Sources, set_name: str) -> KeyPath:
    """Where the instance types of a set stand: in its own entry, or for all sets."""
    paths = [(*p, "jobs", "instance_types") for p in sources.sagemaker_paths(set_name)]
    return next((path for path in paths if path in sources.infra_document.lines), paths[-1])


def _keys_by_other_names(sources: Sources) -> Iterator[Problem]:
    """The CLI's template gives its role `key/` and what is written, which fits an id alone."""
    for place in places(sources):
        key, own = place.toolkit.kms_key_id, place.toolkit.template
        if own is None and (":" in key or "/" in key):
            message = (
                f"the template of the CDK CLI lets its role that publishes assets use a key that "
                f"is named by its id alone ({ISSUE}): write the id of '{key}', or let the key's "
                f"policy name {place.toolkit.file_role(place.account, place.region)}"
            )
            where = written(sources, place, "kms_key_id")
            yield sources.app_document.problem(where, message)
