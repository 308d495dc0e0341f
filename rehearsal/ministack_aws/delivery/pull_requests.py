"""Pull requests of CodeCommit: made of branches, approved by others than their author, merged."""

import shutil
import subprocess
import uuid
from dataclasses import dataclass, field
from typing import Final

from ministack_aws import event_bus
from ministack_aws.arns import arn
from ministack_aws.delivery import approval_rules, pushes
from ministack_aws.delivery.repositories import folder
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError

_GIT = shutil.which("git") or "git"
OPEN, CLOSED = "OPEN", "CLOSED"
DETAIL_TYPE: Final = "CodeCommit Pull Request State Change"


@dataclass
class PullRequest:
    """One pull request; `approvers` are the sessions that have approved a revision."""

    place: tuple[str, str]
    repository: str
    source: str
    destination: str
    title: str
    author: str
    rules: list[Record]
    status: str = OPEN
    approvers: dict[str, set[str]] = field(default_factory=dict)
    comments: list[Record] = field(default_factory=list)

    @property
    def commit(self) -> str:
        """The newest commit of the source."""
        return commit_of(self.repository, self.source)

    @property
    def revision(self) -> str:
        """Another one after each push to the source: an approval is for what was looked at."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.commit))

    def unsatisfied(self) -> list[str]:
        """The names of rules that lack approvals."""
        approvers = self.approvers.get(self.revision, set())
        return [
            rule["approvalRuleName"]
            for rule in self.rules
            if not approval_rules.is_satisfied(rule, approvers)
        ]


_REQUESTS: dict[str, PullRequest] = {}


def commit_of(repository: str, reference: str) -> str:
    """The commit of a reference, `refs/heads/...` or the name of a branch."""
    full = _full(reference)
    done = _git(repository, "rev-parse", "--verify", "--quiet", full)
    if not done:
        raise ServiceError("ReferenceDoesNotExistException", f"{full} does not exist")
    return done


def repository_of(request: Request) -> str | None:
    """The repository of the pull request that a call is about."""
    found = _REQUESTS.get(str(request.get("pullRequestId")))
    return found.repository if found else None


def destination_of(request: Request) -> str | None:
    """The branch into which the pull request of a call would be merged."""
    found = _REQUESTS.get(str(request.get("pullRequestId")))
    return found.destination if found else None


def _create(request: Request) -> Answer:
    (target,) = request["targets"]
    repository, destination = target["repositoryName"], _full(target["destinationReference"])
    commit_of(repository, target["sourceReference"])
    number = str(len(_REQUESTS) + 1)
    _REQUESTS[number] = PullRequest(
        place=(get_account_id(), get_region()),
        repository=repository,
        source=_full(target["sourceReference"]),
        destination=destination,
        title=request["title"],
        author=iam.caller_arn(),
        rules=approval_rules.rules_of(repository, destination),
    )
    _tell(number, "pullRequestCreated")
    return {"pullRequest": _shown(number)}


def pushed(request: Request) -> tuple[int, Answer]:
    """What a push tells, and then of each open pull request whose source it has changed."""
    status, answer = pushes.pushed(request)
    place = (request["account"], request["region"])
    changed = {line.split(" ", 2)[2] for line in request["references"]}
    with request_scope(*place):
        for number, found in _REQUESTS.items():
            here = (found.place, found.repository) == (place, request["repository"])
            if here and found.status == OPEN and found.source in changed:
                _tell(number, "pullRequestSourceBranchUpdated")
    return status, answer


def _tell(number: str, event: str) -> None:
    """CodeCommit User Guide, "Monitoring CodeCommit events in Amazon EventBridge": the examples
    pullRequestCreated event and pullRequestSourceBranchUpdated event."""
    found, shown = _REQUESTS[number], _shown(number)
    (target,) = shown["pullRequestTargets"]
    detail = {
        "event": event,
        "pullRequestId": number,
        "pullRequestStatus": found.status.capitalize(),
        "repositoryNames": [found.repository],
        "revisionId": found.revision,
        "title": found.title,
        "author": found.author,
        "isMerged": "False",
        **{
            key: target[key]
            for key in (
                *("sourceReference", "sourceCommit"),
                *("destinationReference", "destinationCommit"),
            )
        },
    }
    event_bus.emit("aws.codecommit", DETAIL_TYPE, detail, [arn("codecommit", found.repository)])


def _comment(request: Request) -> Answer:
    """API_PostCommentForPullRequest: a token that was used already gives the same comment."""
    comments, token = _REQUESTS[_number(request)].comments, request.get("clientRequestToken")
    for row in comments:
        if token and row["clientRequestToken"] == token:
            return {"comment": row}
    comment = {
        "commentId": str(uuid.uuid4()),
        "content": request["content"],
        "authorArn": iam.caller_arn(),
        "clientRequestToken": token,
    }
    comments.append(comment)
    return {"comment": comment}


def _comments(request: Request) -> Answer:
    found = _REQUESTS[_number(request)]
    row = {"pullRequestId": request["pullRequestId"], "repositoryName": found.repository}
    return {"commentsForPullRequestData": [{**row, "comments": found.comments}]}


def _get(request: Request) -> Answer:
    return {"pullRequest": _shown(_number(request))}


def _list(request: Request) -> Answer:
    here, wanted = (get_account_id(), get_region()), request.get("pullRequestStatus")
    found = [
        number
        for number, pull_request in _REQUESTS.items()
        if pull_request.place == here
        and pull_request.repository == request["repositoryName"]
        and wanted in (None, pull_request.status)
    ]
    return {"pullRequestIds": found}


def _add_rule(request: Request) -> Answer:
    rule = {key: request[key] for key in ("approvalRuleName", "approvalRuleContent")}
    _REQUESTS[_number(request)].rules.append(rule)
    return {"approvalRule": rule}


def _approve(request: Request) -> Answer:
    found, who = _REQUESTS[_number(request)], iam.caller_arn()
    if who == found.author:
        raise ServiceError(
            "PullRequestCannotBeApprovedByAuthorException",
            "The approval cannot be applied because the user approving the pull request matches "
            "the user who created the pull request. You cannot approve a pull request that you "
            "created.",
        )
    if request["revisionId"] != found.revision:
        raise ServiceError("RevisionNotCurrentException", "The revision ID is not the current one")
    approvers = found.approvers.setdefault(found.revision, set())
    (approvers.add if request["approvalState"] == "APPROVE" else approvers.discard)(who)
    return {}


def _evaluate(request: Request) -> Answer:
    found = _REQUESTS[_number(request)]
    missing = found.unsatisfied()
    names = [rule["approvalRuleName"] for rule in found.rules]
    return {
        "evaluation": {
            "approved": not missing,
            "overridden": False,
            "approvalRulesSatisfied": [name for name in names if name not in missing],
            "approvalRulesNotSatisfied": missing,
        }
    }


def _merge(request: Request) -> Answer:
    number = _number(request)
    found = _REQUESTS[number]
    if missing := found.unsatisfied():
        raise ServiceError(
            "PullRequestApprovalRulesNotSatisfiedException",
            f"The pull request cannot be merged because one or more approval rules applied to "
            f"the pull request have conditions that have not been met: {', '.join(missing)}",
        )
    old, new = commit_of(found.repository, found.destination), found.commit
    if _git(found.repository, "merge-base", old, new) != old:
        raise ServiceError("ManualMergeRequiredException", "The branches have diverged")
    _git(found.repository, "update-ref", found.destination, new, old)
    found.status = CLOSED
    shown = _shown(number)
    account, region = found.place
    pushes.pushed(
        {
            "account": account,
            "region": region,
            "repository": found.repository,
            "references": [f"{old} {new} {found.destination}"],
        }
    )
    return {"pullRequest": shown}


def _number(request: Request) -> str:
    number = str(request["pullRequestId"])
    if number not in _REQUESTS:
        raise ServiceError("PullRequestDoesNotExistException", f"{number} does not exist")
    return number


def _shown(number: str) -> Record:
    found = _REQUESTS[number]
    return {
        "pullRequestId": number,
        "title": found.title,
        "authorArn": found.author,
        "pullRequestStatus": found.status,
        "revisionId": found.revision,
        "approvalRules": found.rules,
        "pullRequestTargets": [
            {
                "repositoryName": found.repository,
                "sourceReference": found.source,
                "destinationReference": found.destination,
                "sourceCommit": found.commit,
                "destinationCommit": commit_of(found.repository, found.destination),
            }
        ],
    }


def _full(reference: str) -> str:
    return reference if reference.startswith("refs/") else f"refs/heads/{reference}"


def _git(repository: str, *arguments: str) -> str:
    command = [_GIT, "--git-dir", str(folder(repository)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


OPERATIONS: Final[Operations] = {
    "CreatePullRequest": _create,
    "CreatePullRequestApprovalRule": _add_rule,
    "EvaluatePullRequestApprovalRules": _evaluate,
    "GetCommentsForPullRequest": _comments,
    "GetPullRequest": _get,
    "ListPullRequests": _list,
    "MergePullRequestByFastForward": _merge,
    "PostCommentForPullRequest": _comment,
    "UpdatePullRequestApprovalState": _approve,
}
