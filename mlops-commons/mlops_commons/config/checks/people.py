"""Checks of who works in Studio, as whom and on what."""

from collections.abc import Iterator

from mlops_commons.config.checks.names import PLATFORM_BUCKETS
from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import INFRA_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.contract import USER_GROUPS
from mlops_commons.stage import Further, Separation, Stage
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.names import FOREIGN_BUCKET, project_bucket_prefix


def projects_of_users(sources: Sources) -> Iterator[Problem]:
    """A user's project means nothing where nothing keeps projects apart."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        if deployment.projects.separation is Separation.PROJECT:
            continue
        if not sources.config.studio(deployment.set_name, stage.stage_name):
            continue
        for path, project in _projects(sources, deployment.set_name):
            message = (
                f"set '{deployment.set_name}' does not keep projects apart, so that this user "
                f"would reach all of them, not {project} alone; write 'separation: project' under "
                "'projects' in cdk-app.yml, or remove this line"
            )
            found[sources.infra_document.problem(path, message)] = None
    yield from found


def no_mlflow_app_where_projects_are_apart(sources: Sources) -> Iterator[Problem]:
    """One action covers the whole API of an MLflow App, whichever project a run is of."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        separated = deployment.projects.separation is Separation.PROJECT
        if studio and studio.mlflow and separated:
            own = sources.studio_path(deployment.set_name, stage.stage_name)
            written = own and (*own, "mlflow") in sources.infra_document.lines
            path = (*own, "mlflow") if own and written else (INFRA_ROOT, "sagemaker", "mlflow")
            message = (
                f"set '{deployment.set_name}' keeps projects apart, and who may call an MLflow App "
                "reads and deletes the runs of all of them; write 'mlflow: false', or "
                "'separation: set' in cdk-app.yml"
            )
            found[sources.infra_document.problem(path, message)] = None
    yield from found


def runs_have_an_app(sources: Sources) -> Iterator[Problem]:
    """Builds write runs to the MLflow App of dev, which the other file makes.

    The delivered portfolio reads `cdk-app.yml` alone: it has neither that file nor its folder.
    """
    if not sources.infra_document.file.resolve().parent.is_dir():
        return
    for deployment in sources.config.enabled_deployments:
        dev = deployment.dev
        if not (deployment.projects.enabled and deployment.projects.mlflow) or dev is None:
            continue
        studio = sources.config.studio(deployment.set_name, dev.stage_name)
        if studio is None or not studio.mlflow:
            message = (
                f"builds of set '{deployment.set_name}' would track runs in the MLflow App of its "
                f"dev stage, which has none{'' if studio else ', as it has no Studio'}; write "
                "'sagemaker.mlflow: true' in cdk-infra-app.yml, or remove this line"
            )
            path = sources.projects_path(deployment.set_name, "mlflow")
            yield sources.app_document.problem(path, message)


def further_of_personas(sources: Sources) -> Iterator[Problem]:
    """Policies, buckets and the accounts that they are in."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        network = sources.config.network(deployment.set_name, stage.stage_name)
        for persona, further in (studio.personas if studio else {}).items():
            where = sources.persona_path(deployment.set_name, persona)
            problems = (
                *_of_policies(further, stage),
                *_of_buckets(further, sources.config.app_prefix, stage, network.trusted_accounts),
            )
            for path, message in problems:
                found[sources.infra_document.problem((*where, *path), message)] = None
    yield from found


def _of_policies(further: Further, stage: Stage) -> Iterator[tuple[KeyPath, str]]:
    partition = region_partitions().get(stage.region, "")
    for position, arn in enumerate(further.policy_arns):
        parts = arn.split(":")
        # A region that is none is told by itself, and has no partition.
        if parts[4] not in ("aws", stage.account) or (partition and parts[1] != partition):
            message = (
                f"'{arn}' is not a policy of account {stage.account}, in which stage "
                f"'{stage.stage_name}' is, nor one of AWS in the partition '{partition}'"
            )
            yield ("policy_arns", position), message
        elif arn in further.policy_arns[:position]:
            yield ("policy_arns", position), f"'{arn}' stands there twice; remove one"
    if further.policy_arns and not further.actions:
        message = (
            "these policies would give nothing: the boundary of a persona lets through what it "
            "does already; name the actions of the policies under 'actions'"
        )
        yield ("policy_arns",), message


def _of_buckets(
    further: Further, app_prefix: str, stage: Stage, trusted: tuple[str, ...]
) -> Iterator[tuple[KeyPath, str]]:
    own = (f"{project_bucket_prefix(app_prefix)}-", *PLATFORM_BUCKETS)
    for position, bucket in enumerate(further.data_buckets):
        path: KeyPath = ("data_buckets", position)
        if violation := FOREIGN_BUCKET.violation(bucket.name):
            yield (*path, "name"), violation
        if bucket.name.startswith(own):
            message = (
                f"'{bucket.name}' is the platform's or a project's, as all buckets whose names "
                f"begin with {', '.join(own)}; personas use those by their projects"
            )
            yield (*path, "name"), message
        if bucket.account and bucket.account not in (stage.account, *trusted):
            message = (
                f"the network of stage '{stage.stage_name}' lets nobody reach buckets of account "
                f"{bucket.account}; add it to 'trusted_accounts' there"
            )
            yield (*path, "account"), message


def _projects(sources: Sources, set_name: str) -> Iterator[tuple[KeyPath, str]]:
    """The projects that users of a set have, with where they stand."""
    for persona in USER_GROUPS:
        path = sources.profiles_path(set_name, persona)
        group = sources.infra_block(path)
        for position, user in enumerate(getattr(group, "users", None) or ()):
            if user.project:
                yield (*path, "users", position, "project"), user.project
