"""Act 8: a lead approves the version; the event takes it to dev, preprod and prod."""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from mlops_commons.contract import Persona
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.pipelines import action_rows
from mlops_rehearsal.acts.training_image import offer_packages
from mlops_rehearsal.player.started import StartedRun, play_run, started_runs
from mlops_rehearsal.world.approvals import granted
from mlops_rehearsal.world.denials import denials
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.personas import persona
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

APPROVED: Final = "Approved"
REJECTED: Final = "Rejected"
TRIGGERS: Final = "see the rules of cdk_service_catalog/project/triggers.py and the role of each"


def play_promotion(world: World) -> tuple[Evidence, ...]:
    """Approve as the lead, take the run that the event has started, and play it.

    A product whose training starts its delivery needs nobody's approval.
    """
    actions, access, runs = [], [], []
    for project in world.trainable:
        offer_packages(world, project)
        version = newest_version(world, project)
        if not _waiting(world, project) and version["ModelApprovalStatus"] != APPROVED:
            access.append(_refused(world, project, version["ModelPackageArn"]))
            approve(world, project, version["ModelPackageArn"])
            access.append(_access(project, Persona.LEAD_DATA_SCIENTIST, "allowed"))
        run = started_by_event(world, project)
        runs.append(
            {
                "pipeline": run.pipeline,
                "started by": run.started_by,
                "variables": ", ".join(f"{n}={v}" for n, v in run.variables.items()),
            }
        )
        commit, played = play_run(world, run)
        actions += action_rows(run.pipeline, commit, played)
    return (
        Evidence("runs", tuple(runs)),
        Evidence("actions", tuple(actions)),
        Evidence("access", tuple(access)),
    )


def newest_version(world: World, project: Project) -> Mapping[str, Any]:
    """The newest version of the project's models, as the lead sees it."""
    sagemaker = persona(world, project, Persona.LEAD_DATA_SCIENTIST, "sagemaker")
    found = sagemaker.list_model_packages(
        ModelPackageGroupName=project.full_name, SortOrder="Descending"
    )
    version: Mapping[str, Any] = found["ModelPackageSummaryList"][0]
    return version


def _refused(world: World, project: Project, version: str) -> Mapping[str, str]:
    who = Persona.DATA_SCIENTIST
    sagemaker = persona(world, project, who, "sagemaker")
    try:
        sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus=APPROVED)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return _access(project, who, "denied")
    raise PlatformError(
        f"a {who} could approve {version}",
        hint="see deny_decisions in mlops_infra/access/decisions.py",
    )


def approve(world: World, project: Project, version: str) -> None:
    """Approve a version as the lead.

    Raises:
        PlatformError: the person who approves says no.
    """
    granted(world.approve(f"version {version}"))
    _decide(world, project, version, APPROVED)


def reject(world: World, project: Project, version: str) -> None:
    """Reject a version as the lead; the newest one that is still approved is delivered."""
    _decide(world, project, version, REJECTED)


def _decide(world: World, project: Project, version: str, status: str) -> None:
    sagemaker = persona(world, project, Persona.LEAD_DATA_SCIENTIST, "sagemaker")
    sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus=status)


def started_by_event(world: World, project: Project) -> StartedRun:
    """The newest run of the deploy pipeline that a rule of EventBridge has started.

    Raises:
        PlatformError: there is none.
    """
    found = _waiting(world, project)
    if not found:
        denied = denials(world, project.dev.account, "codepipeline:StartPipelineExecution")
        raise PlatformError(
            f"nothing has started the pipeline '{project.pipeline('deploy')}'{denied}",
            hint=TRIGGERS,
        )
    return found[-1]


def _waiting(world: World, project: Project) -> list[StartedRun]:
    dev = project.dev
    return started_runs(world, project.pipeline("deploy"), dev.account, dev.region)


def _access(project: Project, who: Persona, decision: str) -> Mapping[str, str]:
    return {
        "who": str(who),
        "does": "sagemaker:UpdateModelPackage (Approved)",
        "on": project.full_name,
        "account": project.dev.account,
        "decision": decision,
    }
