"""The approval rules of pull requests: templates, and their association with repositories.

CloudFormation makes the templates (a custom resource), and an event of each new repository
associates them. Only a repository with the tag takes merges of people, and it gets the tag last.
"""

import json
import os
from fnmatch import fnmatchcase

import boto3

TAG = "mlops:reviewed"
OPEN = "OPEN"


def handler(event, _context):
    """Answer CloudFormation's provider framework, or EventBridge."""
    codecommit = boto3.client("codecommit")
    if "RequestType" in event:
        return make_templates(event, codecommit)
    name = event["detail"]["repositoryName"]
    if is_protected(name):
        review(name, codecommit)
    return {"repository": name}


def make_templates(event, codecommit):
    """Create, change or delete templates; repositories that are there already get them too."""
    wanted, before = (
        event.get(part, {}).get("Rules", {})
        for part in ("ResourceProperties", "OldResourceProperties")
    )
    answer = {"PhysicalResourceId": event.get("PhysicalResourceId") or min(wanted)}
    if event["RequestType"] == "Delete":
        for repository in protected_repositories(codecommit):
            codecommit.untag_resource(resourceArn=arn_of(repository, codecommit), tagKeys=[TAG])
        before, wanted = wanted, {}
    for name in sorted(before.keys() - wanted.keys()):
        codecommit.delete_approval_rule_template(approvalRuleTemplateName=name)
    for name, content in wanted.items():
        make_template(name, content, codecommit)
    if wanted:
        for repository in protected_repositories(codecommit):
            review(repository, codecommit)
    return answer


def make_template(name, content, codecommit):
    """Create a template, or give the one that is there this content."""
    rule = {"approvalRuleTemplateName": name}
    try:
        codecommit.create_approval_rule_template(
            **rule,
            approvalRuleTemplateContent=content,
            approvalRuleTemplateDescription="Main changes by what somebody else has approved",
        )
    except codecommit.exceptions.ApprovalRuleTemplateNameAlreadyExistsException:
        codecommit.update_approval_rule_template_content(**rule, newRuleContent=content)


def review(name, codecommit):
    """Give a repository the rules, then open pull requests without them, and at last the tag."""
    rules = json.loads(os.environ["RULES"])
    for rule in rules:
        codecommit.associate_approval_rule_template_with_repository(
            approvalRuleTemplateName=rule, repositoryName=name
        )
    for number in open_pull_requests(name, codecommit):
        found = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
        there = {rule["approvalRuleName"] for rule in found["approvalRules"]}
        for rule in rules.keys() - there:
            codecommit.create_pull_request_approval_rule(
                pullRequestId=number,
                approvalRuleName=rule,
                approvalRuleContent=json.dumps(rules[rule]),
            )
    codecommit.tag_resource(resourceArn=arn_of(name, codecommit), tags={TAG: "true"})


def open_pull_requests(name, codecommit):
    """The numbers of the pull requests of a repository that are open."""
    pages = codecommit.get_paginator("list_pull_requests").paginate(
        repositoryName=name, pullRequestStatus=OPEN
    )
    return [number for page in pages for number in page["pullRequestIds"]]


def protected_repositories(codecommit):
    """The names of the repositories that are there."""
    pages = codecommit.get_paginator("list_repositories").paginate()
    names = [row["repositoryName"] for page in pages for row in page["repositories"]]
    return [name for name in names if is_protected(name)]


def is_protected(name):
    """Whether a repository is one of those that get the rules."""
    return any(fnmatchcase(name, pattern) for pattern in os.environ["REPOSITORIES"].split(","))


def arn_of(name, codecommit):
    """The ARN of a repository."""
    return codecommit.get_repository(repositoryName=name)["repositoryMetadata"]["Arn"]
