"""The most that a persona's role may do, whatever a later policy adds by mistake.

It is made from what the persona's own policies allow, and it denies what would lead out of the
persona: identities, code that others run, and what a delivery takes from buckets. Denials stand
here although nothing allows the actions: the policy of a resource that names a session is held by
an explicit denial only (IAM User Guide, "Permissions boundaries for IAM entities").
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from mlops_commons.iam.statements import Statement, actions
from mlops_commons.stage import Further
from mlops_infra.access.data import WRITE_OBJECTS
from mlops_infra.access.further import use_buckets
from mlops_infra.access.personas import PersonaRow
from mlops_infra.access.scope import PolicyScope

OUTLINE: Final = (
    "a boundary grants nothing: resources and conditions stand in the persona's policies, and here "
    "are the actions that they name"
)
READING: Final = ("List", "Describe", "Get", "BatchGet")
"""Verbs that become a family in the boundary, where several of a service's actions have them."""
READ_BY_FAMILY: Final = frozenset(
    {
        *("cloudwatch", "codebuild", "codecommit", "codepipeline:List", "ec2", "ecr", "logs"),
        *("sagemaker", "servicecatalog", "sns"),
    }
)
"""Services, or one verb of a service, where reading changes nothing and gives no secret away, as
`glue:GetConnection` (a password) and `codepipeline:GetJobDetails` (credentials) would."""
IDENTITIES: Final = actions(
    "iam",
    "Add* Attach* Change* Create* Deactivate* Delete* Detach* Enable* Put* Remove* Resync* Set* "
    "Tag* Untag* Update* Upload*",
)
CODE_OF_OTHERS: Final = (
    *actions("lambda", "Add* Create* Delete* Invoke* Publish* Put* Update*"),
    *actions("codebuild", "Create* Delete* Import* Put* Retry* Start* Update*"),
    *actions("codepipeline", "Create* Delete* Put*Job* Register* StartPipelineExecution Update*"),
    *actions("cloudformation", "Cancel* Continue* Create* Delete* Execute* Set* Update*"),
    *actions("events", "Delete* Disable* Put* Remove*"),
    *actions("ssm", "Delete* Label* Put* Resume* Send* Start*"),
    *actions(
        "ecr", "BatchDelete* CompleteLayerUpload Delete* InitiateLayerUpload Put* Set* Upload*"
    ),
)

NOTHING_FURTHER: Final = Further()


def boundary_of(
    persona: PersonaRow, scope: PolicyScope, further: Further = NOTHING_FURTHER
) -> tuple[Statement, ...]:
    """The statements of the boundary of one persona; `further` is what the configuration adds."""
    allowed = [
        action
        for policy in persona.policies
        for statement in policy.statements(scope)
        if statement.effect == "Allow"
        for action in statement.actions
    ]
    allowed += (a for statement in use_buckets(further.data_buckets) for a in statement.actions)
    allowed += further.actions
    if persona.jobs_run_as:
        allowed.append("iam:PassRole")
    return (
        Statement(
            sid="WhatThisPersonaDoes",
            actions=tuple(sorted(set(_in_families(allowed)))),
            resources=("*",),
            reason=OUTLINE,
        ),
        _deny("NoIdentities", IDENTITIES),
        _deny("NoOtherRole", ("sts:Assume*", "sts:GetFederationToken")),
        _deny("NoCodeOfOthers", CODE_OF_OTHERS),
        _deny(
            "NoOtherProfile",
            actions("sagemaker", "CreateUserProfile UpdateUserProfile UpdateDomain"),
        ),
        _deny("NothingThatADeliveryTakes", WRITE_OBJECTS, scope.delivery_chain),
    )


def _deny(sid: str, denied: tuple[str, ...], resources: tuple[str, ...] = ("*",)) -> Statement:
    return Statement(sid=sid, effect="Deny", actions=denied, resources=resources)


def _in_families(names: Iterable[str]) -> Iterator[str]:
    """The actions; reading ones as `sagemaker:List*`, since a policy has 6144 characters."""
    families = {name: _family(name) for name in set(names)}
    sizes = Counter(family for family in families.values() if family)
    for name, family in families.items():
        yield family if family and sizes[family] > 1 else name


def _family(name: str) -> str:
    service, _, action = name.partition(":")
    verb = next((verb for verb in READING if action.startswith(verb)), "")
    known = {service, f"{service}:{verb}"} & READ_BY_FAMILY
    return f"{service}:{verb}*" if verb and known else ""
