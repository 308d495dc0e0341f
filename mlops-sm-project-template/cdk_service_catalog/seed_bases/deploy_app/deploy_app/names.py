"""The names that the project and its stages agree on; none is longer than its service allows."""

import hashlib

from deploy_app.settings import Settings


def endpoint(settings: Settings, stage: str) -> str:
    """57 characters at most; an endpoint's name may have 63."""
    return f"{settings.project_name}-{settings.project_id}-{stage}"


def alarms(settings: Settings, stage: str) -> str:
    """The alarms of the endpoint, which begin with its name."""
    return f"{endpoint(settings, stage)}-*"


def monitoring(settings: Settings, stage: str) -> str:
    """The pipeline that compares the endpoint's traffic with the training of its version."""
    return f"{endpoint(settings, stage)}-monitoring"


def execution_role(settings: Settings, stage: str) -> str:
    """The role that models run as; the dev account lets exactly this one read models."""
    return f"sagemaker-{settings.project_id}-{stage}-execution"


def scoring_model(settings: Settings, stage: str, version: str, number: int) -> str:
    """The model that scores batches, 43 characters at most; a model's name may have 63.

    The boundary lets a role score with models that are named so, by the project's id and the stage.
    CloudFormation makes the new model before it deletes the old one, which takes another name for
    another version.

    Args:
        number: for another name of the same version.
    """
    made_of = hashlib.sha256(f"{version}\n{number}".encode()).hexdigest()
    return f"sagemaker-{settings.project_id}-{stage}-{made_of[:8]}"


def test_role(settings: Settings, stage: str) -> str:
    """The role that the integration test of the project takes."""
    return f"sagemaker-{settings.project_id}-{stage}-test"


MONITORED = "monitoring"
"""Below it lies what the comparisons have found, in the data bucket."""


def scheduler_role(settings: Settings, stage: str) -> str:
    """The role that starts a stage's pipeline by its schedule."""
    return f"sagemaker-{settings.project_id}-{stage}-scheduler"


def testing_role_arn(settings: Settings, stage: str, partition: str) -> str:
    """The role in dev that runs the integration test of one stage."""
    role = f"sagemaker-{settings.project_id}-test-{stage}"
    return role_arn(settings, role, account=settings.dev_account, partition=partition)


def role_arn(settings: Settings, name: str, *, account: str, partition: str) -> str:
    """A role by its name, with path and prefix of the organization."""
    named = f"{settings.role_path}{settings.role_name_prefix}{name}"
    return f"arn:{partition}:iam::{account}:role{named}"


def data_bucket(settings: Settings, stage: str) -> str:
    """The stage's bucket for captured or scored data, 47 characters at most."""
    return f"sagemaker-{settings.project_id}-{stage}-{settings.account(stage)}"


CAPTURED = "captured"
"""Below it the requests and answers of a real-time endpoint are kept, in the data bucket."""
ASYNCHRONOUS = "asynchronous"
"""Below it an asynchronous endpoint leaves its answers, and what it could not answer."""
REQUESTS = f"{ASYNCHRONOUS}/requests"
"""Below it its clients bring requests."""


def topic(settings: Settings, stage: str, what: str) -> str:
    """A topic of the stage, which tells what an asynchronous endpoint has done."""
    return f"sagemaker-{settings.project_id}-{stage}-{what}"


def project_topic(settings: Settings) -> str:
    """The topic of the project, in dev, which also says that somebody has to approve."""
    return f"sagemaker-{settings.project_name}-{settings.project_id}"


def project_topic_arn(settings: Settings, *, region: str, partition: str) -> str:
    """The same, from whatever stage."""
    return f"arn:{partition}:sns:{region}:{settings.dev_account}:{project_topic(settings)}"
