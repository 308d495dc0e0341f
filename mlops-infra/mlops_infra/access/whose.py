"""Names of what belongs to projects: to those of a set, or to the one that a role's tag names.

One row for each kind of resource. What people name themselves, such as a training job, begins with
the project's id and a hyphen where projects are kept apart.
"""

from dataclasses import dataclass
from typing import Final

from mlops_commons.execution_policies.project_stacks import PROJECT, PROJECT_TAG
from mlops_commons.iam.statements import arns
from mlops_commons.utilities import names

BUCKET: Final = "arn:${AWS::Partition}:s3:::"
SAGEMAKER: Final = "sagemaker-*"
REPOSITORIES: Final = tuple(f"{SAGEMAKER}-{PROJECT}-{kind}" for kind in ("build", "deploy"))
ENDPOINT_LOGS: Final = "log-group:/aws/sagemaker/Endpoints"
STREAMS: Final = f"log-group:/aws/sagemaker/*:log-stream:{PROJECT}-*"


@dataclass(frozen=True)
class Names:
    """The names of one kind of resource.

    Attributes:
        service: as it stands in ARNs.
        of_set: in a set whose projects are not kept apart.
        of_project: of the one project.
    """

    service: str
    of_set: tuple[str, ...]
    of_project: tuple[str, ...]

    def arns(self, separated: bool) -> tuple[str, ...]:
        """The ARNs."""
        return arns(self.service, *(self.of_project if separated else self.of_set))


CODE: Final = Names("codecommit", (SAGEMAKER,), REPOSITORIES)
IMAGES: Final = Names("ecr", (f"repository/{SAGEMAKER}",), (f"repository/sagemaker-{PROJECT}",))
PIPELINES: Final = Names("codepipeline", (SAGEMAKER,), REPOSITORIES)
STAGES: Final = Names(
    "codepipeline", (f"{SAGEMAKER}/*",), tuple(f"{name}/*" for name in REPOSITORIES)
)
APPROVALS: Final = Names("codepipeline", (SAGEMAKER,), (f"{SAGEMAKER}-{PROJECT}-deploy/*",))
BUILDS: Final = Names("codebuild", (f"project/{SAGEMAKER}",), (f"project/{SAGEMAKER}-{PROJECT}-*",))
BUILD_LOGS: Final = Names(
    "logs",
    (f"log-group:/aws/codebuild/{SAGEMAKER}",),
    (f"log-group:/aws/codebuild/{SAGEMAKER}-{PROJECT}-*",),
)
TOPICS: Final = Names("sns", (SAGEMAKER,), (f"{SAGEMAKER}-{PROJECT}",))
READ_JOB_LOGS: Final = Names(
    # A log group is shared by the jobs of a kind; a stream begins with the name of its job.
    "logs",
    ("log-group:/aws/sagemaker/*",),
    (STREAMS, f"{ENDPOINT_LOGS}/*-{PROJECT}-*", f"{ENDPOINT_LOGS}/{PROJECT}-*"),
)
WRITE_JOB_LOGS: Final = Names(
    # Studio writes the logs of apps as their user, into streams that name domain and profile.
    "logs",
    ("log-group:/aws/sagemaker/*",),
    (STREAMS, f"{ENDPOINT_LOGS}/{PROJECT}-*", "log-group:/aws/sagemaker/studio:*"),
)
OF_THIS_PROJECT: Final = {"StringEquals": {f"aws:ResourceTag/{PROJECT_TAG}": PROJECT}}
OF_NO_OTHER_PROJECT: Final = {"StringEqualsIfExists": {f"aws:ResourceTag/{PROJECT_TAG}": PROJECT}}
"""Also what belongs to no project, such as the key of Studio."""


def sagemaker(separated: bool, *kinds: str) -> tuple[str, ...]:
    """What people name: jobs, models, experiments."""
    return arns(
        "sagemaker", *(f"{kind}/{PROJECT}-*" if separated else f"{kind}/*" for kind in kinds)
    )


def sagemaker_of_projects(separated: bool, *kinds: str) -> tuple[str, ...]:
    """What people name, and what the stacks of projects have named: `NAME-ID`, `NAME-ID-STAGE`."""
    made = ("*-{}", "*-{}-*", "*-{}/*") if separated else ()
    named = (f"{kind}/{form.format(PROJECT)}" for kind in kinds for form in made)
    return (*sagemaker(separated, *kinds), *arns("sagemaker", *named))


@dataclass(frozen=True)
class Buckets:
    """The buckets of projects, as ARNs.

    The account's id ends them: a `*` at the end would match what is below a bucket too.

    Attributes:
        project: an id, or a pattern of ids.
    """

    app_prefix: str
    project: str

    @property
    def artifacts(self) -> str:
        """Data and models of projects."""
        prefix = names.project_bucket_prefix(self.app_prefix)
        return f"{BUCKET}{prefix}-{self.project}-artifacts-${{AWS::AccountId}}"

    @property
    def stages(self) -> str:
        """Where deployed projects of this account keep data: what is to be scored in `input/`,
        scores, and what endpoints were asked. Their names are made in the seed code
        (seed_bases/deploy_app/deploy_app/names.py)."""
        return f"{BUCKET}sagemaker-{self.project}-*-${{AWS::AccountId}}"
