"""What people who write code do not decide, whatever else they are allowed.

Sources: parliament's copy of the Service Authorization Reference (which actions of CodeCommit name
a branch, which change approval rules); "Approve or reject an approval action", CodePipeline User
Guide; "Update the approval status of a model", SageMaker Developer Guide.
"""

import json
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, allows
from mlops_rehearsal.behaviour.asking import Need, context, excess, lacking
from mlops_rehearsal.behaviour.policies import identity
from mlops_rehearsal.behaviour.stack import Resource, Stack

DECISIONS: Final = (
    "codepipeline:PutApprovalResult",
    "sagemaker:UpdateModelPackage",
    "sagemaker:PutModelPackageGroupPolicy",
    "sagemaker:CreateProject",
    "sagemaker:UpdateProject",
    "sagemaker:DeleteProject",
    "servicecatalog:ProvisionProduct",
    "servicecatalog:UpdateProvisionedProduct",
)
ADDS: Final = ("Create", "Evaluate", "Get", "List", "Describe", "Associate", "BatchAssociate")
"""How names of actions begin that add or read approval rules, and take none away."""
GIVES_TAGS: Final = ("codecommit:TagResource", "codecommit:UntagResource")
"""The tag says that a repository has the rule, and is given by the function that gives the rule."""


def coders(stack: Stack) -> Iterator[Resource]:
    """The roles of persons and of their jobs, but for the lead and the auditor."""
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        name = parameter.properties["Name"]
        role = stack.by_arn.get(str(parameter.properties["Value"]))
        if "/role/" in name and not name.endswith(("/lead", "/auditor")) and role:
            yield role
    for role in stack.of_type("AWS::IAM::Role"):
        # AWS's policies for them may decide; ours are laid over them.
        name = stack.named(role.id).removeprefix("AmazonSageMakerServiceCatalogProducts")
        if name != stack.named(role.id) and name != "LaunchRole":
            yield role


def coders_do_not_decide(stack: Stack) -> Iterator[str]:
    """Even with everything else allowed, the decisions of the lead are denied to them."""
    for role in coders(stack):
        for action in DECISIONS:
            if not _denied(stack, role, action, {}):
                yield f"{role.id} may decide: {action}"
        for status, right in (("Approved", True), ("PendingManualApproval", False)):
            keys = {"sagemaker:ModelApprovalStatus": status}
            if _denied(stack, role, "sagemaker:CreateModelPackage", keys) is not right:
                word = "may" if right else "may not"
                yield f"{role.id} {word} register a version that is {status}"


def main_is_changed_by_review(stack: Stack) -> Iterator[str]:
    """What changes a branch does not change main of a deploy repository; others are free."""
    arn = f"arn:aws:codecommit:{stack.region}:{stack.account}:sagemaker-churn-p-abc123-deploy"
    for role in coders(stack):
        if not _uses_code(stack, role):
            continue
        for action in sorted(_branch_actions()):
            merges = "PullRequest" in action
            for branch, tag, right in (("main", "false", True), ("topic", "true", False)):
                keys = {
                    "codecommit:References": f"refs/heads/{branch}",
                    "aws:ResourceTag/mlops:reviewed": tag,
                }
                if _denied(stack, role, action, keys, arn) is not right and (right or not merges):
                    yield f"{role.id} {'may' if right else 'may not'} {action} on {branch}"


def reviews_are_not_gone_around(stack: Stack) -> Iterator[str]:
    """Nobody takes an approval rule away, changes what it asks for, or says that it is there."""
    for role in coders(stack):
        for action in sorted(_rule_actions()) if _uses_code(stack, role) else ():
            if not _denied(stack, role, action, {}):
                yield f"{role.id} may go around a review: {action}"


def persons_stay_themselves(stack: Stack) -> Iterator[str]:
    """A person opens the own profile, and jobs run as the own role."""
    for role in coders(stack):
        profile = f"arn:aws:sagemaker:{stack.region}:{stack.account}:user-profile/d/somebody-else"
        keys = {"sagemaker:DomainId": "d", "sagemaker:UserProfileName": "me"}
        if "profile" in str(identity(stack, role)) and not _denied(
            stack, role, "sagemaker:CreatePresignedDomainUrl", keys, profile
        ):
            yield f"{role.id} opens the profile of somebody else"
        if "iam:PassRole" in str(identity(stack, role)):
            passed = {"iam:PassedToService": "sagemaker.amazonaws.com"}
            other = f"arn:aws:iam::{stack.account}:role/somebody-else"
            if not _denied(stack, role, "iam:PassRole", passed, other):
                yield f"{role.id} passes any role"
            own = Need(
                why="run its jobs",
                actions=("iam:PassRole",),
                resource=stack.arn(role.id),
                context=passed,
            )
            yield from lacking(stack, role, [own])
            wrong = {"iam:PassedToService": "lambda.amazonaws.com"}
            need = Need(
                why="pass itself",
                actions=("iam:PassRole",),
                resource=stack.arn(role.id),
                context=wrong,
            )
            yield from excess(stack, role, [need])


def _denied(stack: Stack, role: Resource, action: str, more: Any, arn: str = "arn:x") -> bool:
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    asked = Request(action, arn, context(stack, more))
    return not allows([anything, *identity(stack, role)], asked)


def _uses_code(stack: Stack, role: Resource) -> bool:
    return "codecommit:GitPush" in str(identity(stack, role))


@cache
def _codecommit() -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parliament imports the deprecated pkg_resources
        import parliament
    file = Path(parliament.__file__).with_name("iam_definition.json")
    services = json.loads(file.read_text(encoding="utf-8"))
    return [p for s in services if s["prefix"] == "codecommit" for p in s["privileges"]]


@cache
def _branch_actions() -> frozenset[str]:
    """The actions that change a branch which a policy can name."""
    return frozenset(
        f"codecommit:{row['privilege']}"
        for row in _codecommit()
        if row["access_level"] == "Write"
        and "Unreferenced" not in row["privilege"]  # a commit that no branch has
        and any("codecommit:References" in kind["condition_keys"] for kind in row["resource_types"])
    )


@cache
def _rule_actions() -> frozenset[str]:
    names = {row["privilege"] for row in _codecommit() if row["access_level"] == "Write"}
    ruling = {
        name
        for name in names
        if "ApprovalRule" in name and not name.startswith(ADDS) and not name.endswith("Description")
    }
    return frozenset(
        {f"codecommit:{name}" for name in ruling | {"UpdateDefaultBranch"}} | set(GIVES_TAGS)
    )
