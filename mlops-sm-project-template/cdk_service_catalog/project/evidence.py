"""Where evidence lies in the artifact bucket: who alone writes it, and what stays as it is.

A version of a model is approved by people who have looked at it. What it is made of must be the
same afterwards, whatever the code of a job, of a build or of a person in Studio does: the bucket's
policy denies it to everybody but one role, so no identity policy has to be perfect.
"""

from dataclasses import dataclass
from typing import Final

from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.iam.statements import EVERYBODY, Condition, Statement, actions

SOURCES: Final = "sources"
MODELS: Final = "models"
REGISTERED: Final = "registered"
CREATED: Final[Condition] = {
    "Null": {"s3:if-none-match": "true"},
    # A part of an upload carries no such header; its completion does.
    "Bool": {"s3:ObjectCreationOperation": "true"},
}
"""A write that would replace an object (S3 User Guide, "Enforce conditional writes on Amazon S3
buckets")."""
DELETE: Final = "DeleteObject DeleteObjectVersion"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A prefix of the artifact bucket.

    Attributes:
        writer: the ARN of the role that writes here.
        once: what is here is never replaced, and deleted by nobody but an administrator, who
            removes the statement first.
    """

    prefix: str
    writer: str
    once: bool

    @property
    def objects(self) -> tuple[str, ...]:
        """The ARNs of what lies here."""
        return (f"${{ArtifactBucket.Arn}}/{self.prefix}/*",)


def places(props: ProjectProps) -> tuple[Place, ...]:
    """Every place with evidence."""
    return (
        # Trained models are sealed as what they are at that moment; nobody may slip one in before.
        Place(prefix=MODELS, writer=props.own_role_arn("execution"), once=False),
        Place(prefix=SOURCES, writer=props.own_role_arn("build"), once=True),
        Place(prefix=REGISTERED, writer=props.gate_role_arn("seal"), once=True),
    )


def evidence_statements(props: ProjectProps) -> tuple[Statement, ...]:
    """What the policy of the artifact bucket denies, whatever a policy of the caller allows."""
    return tuple(statement for place in places(props) for statement in _statements(place))


def _statements(place: Place) -> tuple[Statement, ...]:
    title = place.prefix.capitalize()
    changes = "PutObject" if place.once else f"PutObject {DELETE}"
    only = _deny(
        f"{title}ByOneRole",
        changes,
        place,
        {"ArnNotEquals": {"aws:PrincipalArn": place.writer}},
    )
    if not place.once:
        return (only,)
    return (
        only,
        _deny(f"{title}Once", "PutObject", place, CREATED),
        _deny(f"{title}Stay", DELETE, place, {}),
    )


def _deny(sid: str, names: str, place: Place, condition: Condition) -> Statement:
    return Statement(
        sid=sid,
        effect="Deny",
        principals=EVERYBODY,
        actions=actions("s3", names),
        resources=place.objects,
        condition=condition,
    )
