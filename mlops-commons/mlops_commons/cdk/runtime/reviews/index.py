"""The approval rule of pull requests: a template, and its association with repositories.

CloudFormation makes the template (a custom resource), and an event of each new repository
associates it. Only a repository that has the tag takes merges of people, and it gets the tag last.
"""

import os
from fnmatch import fnmatchcase

import boto3

TAG = "mlops:reviewed"
OPEN = "OPEN"


def handler(event, _context):
    """Answer CloudFormation's provider framework, or EventBridge."""
    codecommit = boto3.client("codecommit")
    if "RequestType" in event:
        return make_template(event, codecommit)
    name = event["detail"]["repositoryName"]
    if is_protected(name):
        review(name, codecommit)
    return {"repository": name}


def make_template(event, codecommit):
    """Create, change or delete the template; repositories that are there already get it too."""
    wanted = event["ResourceProperties"]
    name = wanted["TemplateName"]
    if event["RequestType"] == "Delete":
        for repository in protected_repositories(codecommit):
            codecommit.untag_resource(resourceArn=arn_of(repository, codecommit), tagKeys=[TAG])
        codecommit.delete_approval_rule_template(approvalRuleTemplateName=name)
        return {"PhysicalResourceId": name}
    rule = {"approvalRuleTemplateName": name}
    try:
        codecommit.create_approval_rule_template(
            **rule,
            approvalRuleTemplateContent=wanted["Content"],
            approvalRuleTemplateDescription="Main changes by what somebody else has approved",
        )
    except codecommit.exceptions.ApprovalRuleTemplateNameAlreadyExistsException:
        codecommit.update_approval_rule_template_content(**rule, newRuleContent=wanted["Content"])
    for repository in protected_repositories(codecommit):
        review(repository, codecommit)
    return {"PhysicalResourceId": name}


def review(name, codecommit):
    """Give a repository the rule, then open pull requests without it, and at last the tag."""
    template = os.environ["TEMPLATE_NAME"]
    codecommit.associate_approval_rule_template_with_repository(
        approvalRuleTemplateName=template, repositoryName=name
    )
    for number in open_pull_requests(name, codecommit):
        found = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
        if template not in {rule["approvalRuleName"] for rule in found["approvalRules"]}:
            codecommit.create_pull_request_approval_rule(
                pullRequestId=number,
                approvalRuleName=template,
                approvalRuleContent=os.environ["RULE"],
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
    """Whether a repository is one of those that get the rule."""
    return any(fnmatchcase(name, pattern) for pattern in os.environ["REPOSITORIES"].split(","))


def arn_of(name, codecommit):
    """The ARN of a repository."""
    return codecommit.get_repository(repositoryName=name)["repositoryMetadata"]["Arn"]
