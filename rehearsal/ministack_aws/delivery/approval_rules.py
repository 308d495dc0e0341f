"""Approval rule templates of CodeCommit, tags of repositories, and when a rule is satisfied.

CodeCommit User Guide, "Working with approval rule templates": a template gives its rule to every
pull request that is created, in an associated repository, with one of its destination references.
"""

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

from ministack_aws.delivery.repositories import folder
from ministack_aws.engine.requests import get_account_id, get_region
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError

_TEMPLATES: dict[tuple[str, str, str], Record] = {}
"""By account, region and name: `content`, and the names of `repositories`."""
_TAGS: dict[str, dict[str, str]] = {}
"""By the ARN of the repository."""


def rules_of(repository: str, destination: str) -> list[Record]:
    """The rules that a new pull request gets."""
    return [
        {
            "approvalRuleName": name,
            "approvalRuleContent": json.dumps({k: v for k, v in rule.items() if k != DESTINATIONS}),
            "originApprovalRuleTemplate": {"approvalRuleTemplateName": name},
        }
        for (account, region, name), template in _TEMPLATES.items()
        if (account, region) == (get_account_id(), get_region())
        and repository in template["repositories"]
        and destination
        in (rule := json.loads(template["content"])).get(DESTINATIONS, [destination])
    ]


def is_satisfied(rule: Record, approvers: Iterable[str]) -> bool:
    """Whether the approvals by these sessions are enough; a pool may have wildcards."""
    needed = True
    for statement in json.loads(rule["approvalRuleContent"])["Statements"]:
        pool = statement.get("ApprovalPoolMembers", ["*"])
        count = sum(any(fnmatchcase(who, member) for member in pool) for who in approvers)
        needed = needed and count >= statement["NumberOfApprovalsNeeded"]
    return needed


def tags_of(arn: str) -> dict[str, str]:
    """The tags of a repository."""
    return _TAGS.setdefault(arn, {})


def _create(request: Request) -> Answer:
    key = _key(request)
    if key in _TEMPLATES:
        raise ServiceError("ApprovalRuleTemplateNameAlreadyExistsException", f"{key[2]} exists")
    _TEMPLATES[key] = {"content": request["approvalRuleTemplateContent"], "repositories": set()}
    return {"approvalRuleTemplate": {"approvalRuleTemplateName": key[2]}}


def _update(request: Request) -> Answer:
    _template(request)["content"] = request["newRuleContent"]
    return {"approvalRuleTemplate": {"approvalRuleTemplateName": _key(request)[2]}}


def _delete(request: Request) -> Answer:
    _TEMPLATES.pop(_key(request), None)
    return {"approvalRuleTemplateId": _key(request)[2]}


def _associate(request: Request) -> Answer:
    _template(request)["repositories"].add(request["repositoryName"])
    return {}


def _associated(request: Request) -> Answer:
    return {"repositoryNames": sorted(_template(request)["repositories"])}


def _associated_with(request: Request) -> Answer:
    if not folder(request["repositoryName"]).is_dir():
        raise ServiceError(
            "RepositoryDoesNotExistException", f"{request['repositoryName']} does not exist"
        )
    here, name = (get_account_id(), get_region()), request["repositoryName"]
    found = [key[2] for key, row in _TEMPLATES.items() if key[:2] == here]
    return {
        "approvalRuleTemplateNames": [
            template for template in found if name in _TEMPLATES[(*here, template)]["repositories"]
        ]
    }


def _tag(request: Request) -> Answer:
    tags_of(request["resourceArn"]).update(request["tags"])
    return {}


def _untag(request: Request) -> Answer:
    for key in request["tagKeys"]:
        tags_of(request["resourceArn"]).pop(key, None)
    return {}


def _tags(request: Request) -> Answer:
    return {"tags": tags_of(request["resourceArn"])}


def _key(request: Request) -> tuple[str, str, str]:
    return (get_account_id(), get_region(), request["approvalRuleTemplateName"])


def _template(request: Request) -> Record:
    if _key(request) not in _TEMPLATES:
        raise ServiceError(
            "ApprovalRuleTemplateDoesNotExistException", f"{_key(request)[2]} does not exist"
        )
    return _TEMPLATES[_key(request)]


DESTINATIONS: Final = "DestinationReferences"
OPERATIONS: Final[Operations] = {
    "AssociateApprovalRuleTemplateWithRepository": _associate,
    "CreateApprovalRuleTemplate": _create,
    "DeleteApprovalRuleTemplate": _delete,
    "ListAssociatedApprovalRuleTemplatesForRepository": _associated_with,
    "ListRepositoriesForApprovalRuleTemplate": _associated,
    "ListTagsForResource": _tags,
    "TagResource": _tag,
    "UntagResource": _untag,
    "UpdateApprovalRuleTemplateContent": _update,
}
