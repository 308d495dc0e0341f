"""Act 9: every stage's endpoint is invoked, requests are captured, a canary fails."""

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.config import Stage
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.invoking import answer_of, is_asynchronous
from mlops_rehearsal.acts.promotion import newest_version
from mlops_rehearsal.acts.rollback import Production, played_rollback
from mlops_rehearsal.acts.source_code import cloned
from mlops_rehearsal.acts.training_image import offer_packages
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World

SAMPLES: Final = "samples.json"
SHOWN: Final = 120


def play_answer(world: World) -> tuple[Evidence, ...]:
    """Invoke every endpoint with the samples of the project's own test, then break one in prod."""
    answers: list[Mapping[str, str]] = []
    for project in world.trainable:
        # An endpoint's process starts when it is invoked for the first time.
        offer_packages(world, project)
        for stage in project.stages():
            answers += _answers(world, project, stage)
    return (Evidence("answers", tuple(answers)), *_rollback(world, answers))


def _rollback(world: World, answers: list[Mapping[str, str]]) -> Iterator[Evidence]:
    """The first project whose model can have the fault has it, since one takes a whole delivery."""
    asked = {row["endpoint"] for row in answers}
    for project in world.trainable:
        last = project.stages()[-1]
        endpoint = f"{project.full_name}-{last.stage_name.lower()}"
        if endpoint in asked and not is_asynchronous(world, last, endpoint):
            offer_packages(world, project)
            production = Production.of(world, project, _samples(world, project))
            rolled_back = played_rollback(world, production)
            if rolled_back:
                yield rolled_back
                return


def _answers(world: World, project: Project, stage: Stage) -> Iterator[Mapping[str, str]]:
    name = f"{project.full_name}-{stage.stage_name.lower()}"
    known = world.administrator("sagemaker", stage.account, stage.region).list_endpoints()
    if name not in {endpoint["EndpointName"] for endpoint in known["Endpoints"]}:
        return  # a product that promotes a pipeline has no endpoint
    asked = _samples(world, project)
    for sample in asked["samples"]:
        text = answer_of(world, stage, name, asked, sample["body"].encode())
        yield {
            "endpoint": name,
            "account": stage.account,
            "asked": sample["body"][:SHOWN],
            "answered": " ".join(text.split())[:SHOWN],
            "captured": str(_captured(world, stage, name)),
        }


def _samples(world: World, project: Project) -> Mapping[str, Any]:
    """The requests of the project's own test: its file, else what the version brings."""
    file = cloned(world, project, "deploy") / "config" / SAMPLES
    own = file.is_file()
    text = file.read_text(encoding="utf-8") if own else _of_the_version(world, project)
    content: Mapping[str, Any] = json.loads(text)
    return content


def _of_the_version(world: World, project: Project) -> str:
    arn = newest_version(world, project)["ModelPackageArn"]
    sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    uri = str(described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3 = world.administrator("s3", project.dev.account, project.dev.region)
    packed = io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    with tarfile.open(fileobj=packed, mode="r:gz") as archive:
        found = [row for row in archive if row.name.removeprefix("./") == SAMPLES]
        content = archive.extractfile(found[0]) if found else None
        if content is None:
            raise PlatformError(f"{arn} brings no {SAMPLES}: see source_scripts/samples.py")
        return content.read().decode()


def _captured(world: World, stage: Stage, endpoint: str) -> int:
    """How many requests the endpoint's bucket holds; every line must be readable."""
    sagemaker = world.administrator("sagemaker", stage.account, stage.region)
    config = sagemaker.describe_endpoint(EndpointName=endpoint).get("DataCaptureConfig") or {}
    if not config.get("DestinationS3Uri"):
        return 0
    bucket, _, prefix = config["DestinationS3Uri"].removeprefix("s3://").partition("/")
    s3 = world.administrator("s3", stage.account, stage.region)
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    for row in found:
        json.loads(s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read())
    return len(found)
