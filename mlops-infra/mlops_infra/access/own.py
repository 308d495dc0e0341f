"""What the role of a persona has alone: whom it passes, and which buckets and project are its."""

from typing import Final

from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.iam.statements import Statement
from mlops_commons.stage import Further
from mlops_infra.access.further import use_buckets
from mlops_infra.access.whose import OF_THIS_PROJECT

NOTHING_OF_ANOTHER_PROJECT: Final = Statement(
    sid="NothingOfAnotherProject",
    effect="Deny",
    actions=("*",),
    resources=("*",),
    condition={
        "StringNotEquals": OF_THIS_PROJECT["StringEquals"],
        "Null": {f"aws:ResourceTag/{PROJECT_TAG}": "false"},
    },
)
"""Whatever a later policy adds by mistake, where a service tells IAM the tags of a resource."""


def own_statements(passed: str, further: Further, *, on_a_project: bool) -> tuple[Statement, ...]:
    """The statements; none where it has nothing alone.

    Args:
        passed: the ARN of the role that its jobs run as; empty where it starts none.
        further: what the configuration gives its persona besides.
    """
    return (
        *(pass_role(passed) if passed else ()),
        *use_buckets(further.data_buckets),
        *((NOTHING_OF_ANOTHER_PROJECT,) if on_a_project else ()),
    )


def pass_role(role_arn: str) -> tuple[Statement, ...]:
    """Let one role be passed to SageMaker, and no other to anything."""
    return (
        Statement(
            sid="PassToSageMaker",
            actions=("iam:PassRole",),
            resources=(role_arn,),
            condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        Statement(
            sid="PassNoOther",
            effect="Deny",
            actions=("iam:PassRole",),
            not_resources=(role_arn,),
        ),
    )
