"""Faults that remove a wall: the attacker's act must then fail, with the attempt that passes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mlops_commons.config import Stage
from mlops_commons.contract import Persona
from mlops_commons.utilities import names
from mlops_rehearsal.acts.attacker import Attacker
from mlops_rehearsal.world.world import World
from planted.fault import stage_of

HELP = "Help"


@contextmanager
def with_every_bucket(world: World) -> Iterator[World]:
    """Somebody helps a data scientist out of a refusal, and removes what denies it."""
    writes = ("s3:PutObject", "kms:GenerateDataKey")
    with _allowed(world, _scientist(world), *writes), _open_bucket(world):
        yield world


@contextmanager
def with_every_bucket_for_synth(world: World) -> Iterator[World]:
    """The code of the deploy repository may write the artifacts of the gate."""
    writes = ("s3:PutObject", "kms:GenerateDataKey")
    with _allowed(world, _synth(world), *writes), _open_bucket(world):
        yield world


@contextmanager
def with_trust_of_dev(world: World) -> Iterator[World]:
    """The deploy role of prod trusts a data scientist, who may assume roles."""
    prod, project = stage_of(world, "prod"), world.projects[0]
    deploy = names.project_deploy_role(
        world.config.app_prefix, project.deployment.set_name, prod.stage_name, prod.region
    )
    with _trusted(world, prod, deploy):
        yield world


@contextmanager
def with_trust_of_bootstrap(world: World) -> Iterator[World]:
    """Prod was bootstrapped with trust of somebody in dev."""
    prod = stage_of(world, "prod")
    with _trusted(world, prod, prod.bootstrap.toolkit.deploy_role(prod.account, prod.region)):
        yield world


@contextmanager
def with_roles(world: World) -> Iterator[World]:
    """A data scientist may make roles."""
    with _allowed(world, _scientist(world), "iam:CreateRole"):
        yield world


@contextmanager
def with_builds(world: World) -> Iterator[World]:
    """A data scientist may start builds, to see whether they still work."""
    with _allowed(world, _scientist(world), "codebuild:StartBuild"):
        yield world


def _scientist(world: World) -> str:
    return Attacker(world, world.projects[0]).role(Persona.DATA_SCIENTIST)


def _synth(world: World) -> str:
    project = world.projects[0]
    return f"arn:aws:iam::{project.dev.account}:role/sagemaker-{project.project_id}-synth"


@contextmanager
def _allowed(world: World, role: str, *actions: str) -> Iterator[None]:
    """A role with a policy besides, and without its boundary."""
    dev, name = world.projects[0].dev, role.rpartition("/")[2]
    iam = world.administrator("iam", dev.account, dev.region)
    boundary = iam.get_role(RoleName=name)["Role"].get("PermissionsBoundary")
    with ExitStack() as again:
        if boundary:
            arn = boundary["PermissionsBoundaryArn"]
            iam.delete_role_permissions_boundary(RoleName=name)
            again.callback(
                iam.put_role_permissions_boundary, RoleName=name, PermissionsBoundary=arn
            )
        allowed = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        iam.put_role_policy(RoleName=name, PolicyName=HELP, PolicyDocument=document)
        again.callback(iam.delete_role_policy, RoleName=name, PolicyName=HELP)
        yield


@contextmanager
def _open_bucket(world: World) -> Iterator[None]:
    """The pipeline's bucket without its policy."""
    project = world.projects[0]
    s3 = world.administrator("s3", project.dev.account, project.dev.region)
    bucket = Attacker(world, project).bucket(f"{project.project_id}-pipeline")
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    try:
        yield
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)


@contextmanager
def _trusted(world: World, stage: Stage, role: str) -> Iterator[None]:
    """A role of a stage that trusts the data scientist, who may assume roles."""
    iam = world.administrator("iam", stage.account, stage.region)
    before = json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": _scientist(world)},
        "Action": "sts:AssumeRole",
    }
    after = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=after)
    try:
        with _allowed(world, _scientist(world), "sts:AssumeRole"):
            yield
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=before)
