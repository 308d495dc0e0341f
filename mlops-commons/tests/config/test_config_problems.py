"""Everything that can be wrong in the files: one report, with line, path, value and way out."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_commons.config import load_config
from mlops_commons.config.reading import restored
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem
from mlops_commons.utilities.paths import CDK_APP_PLACE

pytestmark = pytest.mark.pure

APP = """\
cdk_app_config:
  app_prefix: mlops
  tags: {cost-centre: "42"}
  pipeline:
    account: "101010101010"
    region: eu-west-1
  deployments:
    - set_name: retail
      default_region: eu-central-1
      stages:
        - stage_name: dev
          account: "202020202021"
          bootstrap: {aws_profile: retail-dev}
        - stage_name: preprod
          account: "202020202022"
        - stage_name: prod
          account: "202020202023"
    - set_name: credit
      stages:
        - stage_name: dev
          account: "303030303031"
"""
INFRA = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_cidr: 10.0.0.0/16
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            create_network:
              vpc_cidr: 10.1.0.0/16
          - stage_name: preprod
            create_network:
              vpc_cidr: 10.2.0.0/16
          - stage_name: prod
            import_network:
              vpc_id: vpc-0123456789abcdef0
              subnets: [subnet-0123456789abcdef0]
              base_security_group: sg-0123456789abcdef0
  sagemaker:
    profiles:
      data_scientists:
        users: [{user_profile_name: ana}]
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            idle_timeout_minutes: 90
"""


def problems_of(folder: Path, app: str, infra: str) -> tuple[Problem, ...]:
    (folder / "cdk-app.yml").write_text(app)
    (folder / "cdk-infra-app.yml").write_text(infra)
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    return caught.value.problems


@dataclass(frozen=True)
class Broken:
    """One change that breaks a file: what is written in place of what, and what is reported.

    Attributes:
        also: further paths with problems; nothing is reported anywhere else.
        line: where, counted from the first line of the change.
    """

    name: str
    old: str
    new: str
    path: str
    words: str
    also: tuple[str, ...] = ()
    line: int = 0


KEYS = sorted(set(re.findall(r"(\w+):", APP + INFRA)))

PEOPLE = "arn:aws:iam::101010101010:role/"
BROKEN_APP = (
    Broken(
        "account too short",
        '"202020202021"',
        '"2020"',
        "deployments[0].stages[0].account",
        "'2020' is not an account id: 12 digits",
    ),
    Broken(
        "account with letters",
        '"202020202021"',
        "20202020202x",
        "deployments[0].stages[0].account",
        "12 digits",
    ),
    Broken(
        "account longer than any name may be",
        '"202020202021"',
        "x" * 300,
        "deployments[0].stages[0].account",
        "12 digits",
    ),
    Broken(
        "account missing",
        '          account: "202020202021"\n',
        "",
        "deployments[0].stages[0].account",
        "'account' is missing",
        line=-1,
    ),
    Broken(
        "account empty",
        '"202020202021"',
        "",
        "deployments[0].stages[0].account",
        "'account' is missing",
    ),
    Broken(
        "pipeline account", '"101010101010"', "10", "pipeline.account", "'10' is not an account id"
    ),
    Broken(
        "pipeline missing",
        '  pipeline:\n    account: "101010101010"\n    region: eu-west-1\n',
        "",
        "pipeline",
        "'pipeline' is missing",
        line=-3,
    ),
    Broken("region unknown", "eu-west-1", "eu-west-9", "pipeline.region", "did you mean 'eu-west-"),
    Broken(
        "region of a set",
        "eu-central-1",
        "central",
        "deployments[0].default_region",
        "'central' is not a region",
    ),
    Broken(
        "region missing",
        "    region: eu-west-1\n",
        "",
        "pipeline.region",
        "'region' is missing",
        line=-2,
    ),
    Broken("unknown key", "app_prefix", "app_prefiks", "app_prefiks", "did you mean 'app_prefix'"),
    Broken(
        "unknown key of a stage",
        "stage_name: prod",
        "stage_name: prod\n          acount: 1",
        "deployments[0].stages[2].acount",
        "did you mean 'account'",
    ),
    Broken(
        "unknown key of bootstrap",
        "aws_profile",
        "profile",
        "deployments[0].stages[0].bootstrap.profile",
        "did you mean 'aws_profile'",
    ),
    Broken("unknown key far from all", "app_prefix", "zzzz", "zzzz", "allowed: app_prefix"),
    Broken(
        "prefix with a space",
        "app_prefix: mlops",
        "app_prefix: ml ops",
        "app_prefix",
        "'ml ops' is not a name of letters",
    ),
    Broken(
        "set name with a slash",
        "set_name: retail",
        "set_name: re/tail",
        "deployments[0].set_name",
        "'re/tail' is not a set name",
    ),
    Broken(
        "stage name with an underscore",
        "stage_name: prod",
        "stage_name: pr_od",
        "deployments[0].stages[2].stage_name",
        "'pr_od'",
    ),
    Broken(
        "set twice",
        "set_name: credit",
        "set_name: Retail",
        "deployments[1].set_name",
        "'Retail' is at deployments[0] already",
    ),
    Broken(
        "stage twice",
        "stage_name: prod",
        "stage_name: preprod",
        "deployments[0].stages[2].stage_name",
        "twice",
        also=("network.deployments[0].stages[2].stage_name",),
    ),
    Broken(
        "stage of a name without a role",
        '        - stage_name: dev\n          account: "303030303031"',
        '        - stage_name: test\n          account: "303030303031"',
        "deployments[1].stages[0].role",
        "write 'role:' below its name, with one of: dev, preprod, prod",
    ),
    Broken(
        "no stages",
        '      stages:\n        - stage_name: dev\n          account: "303030303031"\n',
        "",
        "deployments[1].stages",
        "no stage that plays dev",
        line=-1,
    ),
    Broken(
        "stages not a list",
        '      stages:\n        - stage_name: dev\n          account: "303030303031"\n',
        "      stages: dev\n",
        "deployments[1].stages",
        "'dev'",
    ),
    Broken(
        "same account and region",
        '"303030303031"',
        '"202020202021"\n          region: eu-central-1',
        "deployments[1].stages[0].account",
        "parameter_namespace",
    ),
    Broken(
        "two Studios in one account",
        '"303030303031"',
        '"202020202021"',
        "deployments[1].stages[0].account",
        "create_service_catalog_roles: false",
    ),
    Broken(
        "namespaces that give one stack name",
        'dev\n          account: "202020202021"\n          bootstrap: {aws_profile: retail-dev}\n',
        'prod\n          account: "202020202023"\n          parameter_namespace: a/b\n'
        '        - stage_name: Prod\n          account: "202020202023"\n'
        "          parameter_namespace: a-b\n        - stage_name: dev\n"
        '          account: "202020202021"\n',
        "deployments[0].stages[1].parameter_namespace",
        "would both be the stack 'a-b-Prod-mlops-infra'",
        also=tuple(f"deployments[0].stages[{number}].stage_name" for number in range(1, 5)),
        line=5,
    ),
    Broken(
        "repository name too long",
        "set_name: credit",
        f"set_name: {'c' * 95}",
        "deployments[1].set_name",
        "over the limit of 100",
    ),
    Broken(
        "stack name too long",
        "set_name: credit",
        f"set_name: {'c' * 120}",
        "deployments[1].set_name",
        "over the limit of 128",
    ),
    Broken(
        "set name with an underscore",
        "set_name: credit",
        "set_name: cre_dit",
        "deployments[1].set_name",
        "letters, digits and hyphens",
    ),
    Broken(
        "core stack too long",
        "stage_name: prod",
        f"stage_name: p{'o' * 130}\n          role: prod",
        "deployments[0].stages[2].stage_name",
        "over the limit of 128",
        also=(
            "deployments[0].stages[2].stage_name",
            "network.deployments[0].stages[2].stage_name",
        ),
    ),
    Broken(
        "namespace with a space",
        "stage_name: prod",
        "stage_name: prod\n          parameter_namespace: a b",
        "deployments[0].stages[2].parameter_namespace",
        "SSM parameter name",
    ),
    Broken(
        "enabled not a boolean",
        "stage_name: prod",
        "stage_name: prod\n          enabled: perhaps",
        "deployments[0].stages[2].enabled",
        "'perhaps'",
    ),
    Broken(
        "approval not a boolean",
        "stage_name: prod",
        "stage_name: prod\n          manual_approval: ask",
        "deployments[0].stages[2].manual_approval",
        "'ask'",
    ),
    Broken(
        "prod without an approval and without a reason",
        "stage_name: prod",
        "stage_name: prod\n          manual_approval: false",
        "deployments[0].stages[2].manual_approval",
        "write the reason beside it: manual_approval_reason:",
    ),
    Broken(
        "authors and nobody who reviews",
        "    region: eu-west-1\n",
        f"    region: eu-west-1\n    reviews: {{authors: ['{PEOPLE}Author']}}\n",
        "pipeline.reviews.authors",
        "pipeline.reviews names authors and no reviewers, so nothing could be merged any more",
    ),
    *(
        Broken(
            f"reviewers who are authors too: {authors}",
            "    region: eu-west-1\n",
            "    region: eu-west-1\n"
            f"    reviews: {{authors: ['{PEOPLE}{authors}'], reviewers: ['{PEOPLE}Platf*']}}\n",
            "pipeline.reviews.reviewers[0]",
            "would approve the own change",
        )
        for authors in ("Platform_1", "Platform*", "*", "P*")
    ),
    Broken(
        "a custom resource among what projects deploy",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  projects: {deploys: [Custom::Thing]}\n",
        "projects.deploys[0]",
        "'Custom::Thing' is not a resource type of CloudFormation",
    ),
    *(
        Broken(
            f"{kind} among what projects deploy",
            "  app_prefix: mlops\n",
            f"  app_prefix: mlops\n  projects: {{deploys: ['{kind}']}}\n",
            "projects.deploys[0]",
            f"'{kind}' cannot be given to projects: {reason}",
        )
        for kind, reason in (
            ("AWS::IAM::User", "projects make roles with the boundary as it is"),
            ("AWS::CloudFormation::Macro", "custom resources, macros and nested stacks"),
            ("AWS::EC2::SecurityGroup", "the network of a stage belongs to the platform"),
            ("AWS::CodeBuild::Project", "code reaches a stage through the gate alone"),
        )
    ),
    Broken(
        "a way to an identity for roles of projects",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  projects: {role_actions: ['sts:AssumeRole']}\n",
        "projects.role_actions[0]",
        "'sts:AssumeRole' cannot be given to roles of projects: it decides who may do what",
    ),
    Broken(
        "a family of actions for projects",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  projects: {role_actions: ['s3:*']}\n",
        "projects.role_actions[0]",
        "'s3:*' is not one IAM action",
    ),
    Broken(
        "an approver of any account",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  projects: {approvers: {role_arns: ['arn:aws:iam::*:role/A']}}\n",
        "projects.approvers.role_arns[0]",
        "the ARN of an IAM role",
    ),
    *(
        Broken(
            f"an approver with a star elsewhere: {role}",
            "  app_prefix: mlops\n",
            "  app_prefix: mlops\n  projects: {approvers: {role_arns: "
            f"['arn:aws:iam::222222222222:role/{role}']}}}}\n",
            "projects.approvers.role_arns[0]",
            "the ARN of an IAM role; '*' may end it",
        )
        for role in ("*x*y", "a/*/b", "*DataScientist*", "x**", "a*/b")
    ),
    *(
        Broken(
            f"an address that no host has: {address}",
            "  app_prefix: mlops\n",
            f"  app_prefix: mlops\n  portfolio: {{support_email: '{address}'}}\n",
            "portfolio.support_email",
            "is not an e-mail address such as ml@example.com",
        )
        for address in (
            *("a@x..com", "a@-x.com", "a@x-.com", "a@.com", "a@x.com.", "a@x_y.com", ".a@x.com"),
            *("a..b@x.com", f"a@{'x' * 64}.com", f"{'a' * 65}@x.com", f"a@{'x.' * 130}com"),
        )
    ),
    Broken(
        "a package index that a shell would expand",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  projects: {package_index: 'https://a/$(x)'}\n",
        "projects.package_index",
        "an https URL",
    ),
    Broken(
        "unknown separation",
        "set_name: retail\n",
        "set_name: retail\n      projects: {separation: person}\n",
        "deployments[0].projects.separation",
        "'set' or 'project'",
    ),
    Broken(
        "unknown removal policy",
        "stage_name: prod",
        "stage_name: prod\n          removal_policy: keep",
        "deployments[0].stages[2].removal_policy",
        "'retain' or 'destroy'",
    ),
    Broken("tag of two lines", '"42"', '"4\\n2"', "tags.cost-centre", "only letters, digits"),
    Broken(
        "tags that IAM takes for one",
        'cost-centre: "42"',
        'cost-centre: "42", Cost-Centre: "42"',
        "tags.Cost-Centre",
        "are one key for IAM",
    ),
    Broken("tag of AWS", "cost-centre", "aws:cost", "tags.aws:cost", "belong to AWS"),
    Broken("tag with a space", "cost-centre", "'cost '", "tags.cost ", "a space at its end"),
    Broken("tag too long", '"42"', f'"{"4" * 257}"', "tags.cost-centre", "a value 255"),
    Broken(
        "policy not an ARN",
        "{aws_profile: retail-dev}",
        "{execution_policy_arn: Admin}",
        "deployments[0].stages[0].bootstrap.execution_policy_arn",
        "the ARN of an IAM policy",
    ),
    Broken(
        "policy of another account",
        "{aws_profile: retail-dev}",
        "{execution_policy_arn: 'arn:aws:iam::999999999999:policy/cdk'}",
        "deployments[0].stages[0].bootstrap.execution_policy_arn",
        "a policy of account 999999999999",
    ),
    Broken(
        "key twice",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  app_prefix: other\n",
        "app_prefix",
        "stands here twice",
    ),
    Broken(
        "digits of another script",
        '"202020202021"',
        "٢٠٢٠٢٠٢٠٢٠٢١",
        "deployments[0].stages[0].account",
        "12 digits",
    ),
    Broken(
        "region that is none",
        "region: eu-west-1",
        "region: aws-global",
        "pipeline.region",
        "allowed: af-south-1",
    ),
    Broken(
        "stage name of one letter, which the CDK refuses",
        "stage_name: prod",
        "stage_name: p",
        "deployments[0].stages[2].stage_name",
        "two or more letters",
    ),
    Broken(
        "stage without a mapping",
        '        - stage_name: prod\n          account: "202020202023"\n',
        "        - prod\n",
        "deployments[0].stages[2]",
        "a mapping is needed here, lines of 'key: value'; 'prod' is one value",
    ),
    Broken("tags in a list", '{cost-centre: "42"}', "[a, b]", "tags", "a mapping is needed here"),
    Broken("tag with two values", '"42"', "[4, 2]", "tags.cost-centre", "one value is needed here"),
    Broken(
        "flag in a list",
        "stage_name: prod",
        "stage_name: prod\n          enabled: [true]",
        "deployments[0].stages[2].enabled",
        "true or false is needed here",
    ),
    *(
        Broken(
            f"profile that no file can name: {name!r}",
            "aws_profile: retail-dev",
            f"aws_profile: {name}",
            "deployments[0].stages[0].bootstrap.aws_profile",
            "is not the name of an AWS profile",
        )
        for name in ("'-x'", '"a\\nb"', "'a]'")
    ),
    Broken("tag of ours", "cost-centre", "mlops:set", "tags.mlops:set", "sets this tag itself"),
    *(
        Broken(f"tag of a project: {key}", "cost-centre", key, f"tags.{key}", "tell projects apart")
        for key in ("sagemaker:project-id", "SageMaker:project-name")
    ),
    Broken("tag with a bad letter", "cost-centre", "cost#centre", "tags.cost#centre", "allowed"),
    Broken(
        "too many tags",
        '{cost-centre: "42"}',
        "{" + ", ".join(f"k{n}: v" for n in range(48)) + "}",
        "deployments[0].stages[0].tags",
        "has 48 tags in all",
        also=(
            "deployments[0].stages[1].tags",
            "deployments[0].stages[2].tags",
            "deployments[1].stages[0].tags",
        ),
        line=8,
    ),
    Broken(
        "namespace of AWS",
        "stage_name: prod",
        "stage_name: prod\n          parameter_namespace: /AWS/mine",
        "deployments[0].stages[2].parameter_namespace",
        "the beginning of an SSM parameter name",
    ),
    Broken(
        "namespace too deep",
        "stage_name: prod",
        "stage_name: prod\n          parameter_namespace: a/b/c/d/e/f/g/h/i/j/k/l/m/n",
        "deployments[0].stages[2].parameter_namespace",
        "SSM parameter name",
    ),
    Broken(
        "policy of another partition",
        "{aws_profile: retail-dev}",
        "{execution_policy_arn: 'arn:aws-cn:iam::202020202021:policy/cdk'}",
        "deployments[0].stages[0].bootstrap.execution_policy_arn",
        "in partition aws-cn, but eu-central-1 is in aws",
    ),
    Broken(
        "key in a list", "app_prefix: mlops", "[app_prefix]: mlops", "cdk_app_config", "one word"
    ),
    Broken("merge of a text", "app_prefix: mlops", "<<: mlops", "<<", "needs a mapping"),
)
BROKEN_INFRA = (
    Broken(
        "range not a network",
        "10.2.0.0/16",
        "10.2.0.0.0/16",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "not an IPv4 network",
    ),
    Broken(
        "range with host bits",
        "10.2.0.0/16",
        "10.2.3.4/16",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "host bits",
    ),
    Broken(
        "range too large",
        "10.2.0.0/16",
        "10.0.0.0/8",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "a VPC allows /16 to /28",
    ),
    Broken(
        "ranges overlap",
        "10.2.0.0/16",
        "10.1.0.0/17",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "overlaps with '10.1.0.0/16' of stage 'dev'",
    ),
    Broken(
        "subnets do not fit",
        "10.2.0.0/16",
        "10.2.0.0/24",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "has room for 0 zones",
    ),
    Broken(
        "mask too small",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_private_subnet_cidr_mask: 29",
        "network.deployments[0].stages[1].create_network.vpc_private_subnet_cidr_mask",
        "'29'",
    ),
    Broken(
        "mask not a number",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_public_subnet_cidr_mask: wide",
        "network.deployments[0].stages[1].create_network.vpc_public_subnet_cidr_mask",
        "'wide'",
    ),
    Broken(
        "more NAT gateways than zones",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_nat_gateways: 5",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "5 NAT gateways",
    ),
    Broken(
        "negative NAT gateways",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_nat_gateways: -1",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "'-1'",
    ),
    Broken(
        "NAT without a way out",
        "vpc_cidr: 10.2.0.0/16",
        "{egress: endpoints-only, vpc_nat_gateways: 2}",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "remove vpc_nat_gateways",
    ),
    Broken(
        "an endpoint for anybody where nothing else leads out",
        "vpc_cidr: 10.2.0.0/16",
        "{egress: endpoints-only, endpoints: {codepipeline: true}}",
        "network.deployments[0].stages[1].create_network.endpoints.codepipeline",
        "takes no policy",
    ),
    Broken(
        "a trusted account that is none",
        "vpc_cidr: 10.2.0.0/16",
        'trusted_accounts: ["12345"]',
        "network.deployments[0].stages[1].create_network.trusted_accounts[0]",
        "'12345'",
    ),
    Broken(
        "a trusted organization that is none",
        "vpc_cidr: 10.2.0.0/16",
        "trusted_organization: r-abcd",
        "network.deployments[0].stages[1].create_network.trusted_organization",
        "'r-abcd' is not an organization id",
    ),
    Broken(
        "an allowed domain that is a URL",
        "vpc_cidr: 10.2.0.0/16",
        'dns_allowed_domains: ["https://example.com"]',
        "network.deployments[0].stages[1].create_network.dns_allowed_domains[0]",
        "'https://example.com' is not a domain name",
    ),
    Broken(
        "unknown mode of the DNS firewall",
        "vpc_cidr: 10.2.0.0/16",
        "dns_firewall: on",
        "network.deployments[0].stages[1].create_network.dns_firewall",
        "'block'",
    ),
    Broken(
        "unknown egress",
        "vpc_cidr: 10.2.0.0/16",
        "egress: none",
        "network.deployments[0].stages[1].create_network.egress",
        "'nat', 'endpoints-only' or 'inspection'",
    ),
    Broken(
        "inspection without a transit gateway",
        "vpc_cidr: 10.2.0.0/16",
        "egress: inspection",
        "network.deployments[0].stages[1].create_network.egress",
        "sends everything to a transit gateway; name it",
    ),
    Broken(
        "a transit gateway where nothing leads out",
        "vpc_cidr: 10.2.0.0/16",
        "{egress: endpoints-only, transit_gateway: {id: tgw-0123456789abcdef0}}",
        "network.deployments[0].stages[1].create_network.transit_gateway",
        "a transit gateway is a way out",
    ),
    Broken(
        "a NAT gateway beside inspection",
        "vpc_cidr: 10.2.0.0/16",
        "{egress: inspection, vpc_nat_gateways: 1, transit_gateway: {id: tgw-0123456789abcdef0}}",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "egress 'inspection' has no NAT gateway",
    ),
    Broken(
        "everything as a route",
        "vpc_cidr: 10.2.0.0/16",
        "transit_gateway: {id: tgw-0123456789abcdef0, routes: [0.0.0.0/0]}",
        "network.deployments[0].stages[1].create_network.transit_gateway.routes",
        "take egress 'inspection' instead",
    ),
    Broken(
        "a route into the VPC itself",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, transit_gateway: {id: tgw-01234567, routes: [10.2.3.0/24]}}",
        "network.deployments[0].stages[1].create_network.transit_gateway.routes",
        "lies in the VPC's own range",
    ),
    Broken(
        "a route into a secondary range",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [10.9.0.0/16], transit_gateway: "
        "{id: tgw-01234567, routes: [10.9.0.0/16]}}",
        "network.deployments[0].stages[1].create_network.transit_gateway.routes",
        "lies in the VPC's own range 10.9.0.0/16",
    ),
    Broken(
        "a secondary range that is too large",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [100.64.0.0/10]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs[0]",
        "a VPC allows /16 to /28",
    ),
    Broken(
        "a secondary range inside the primary one",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [10.2.4.0/22]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "'10.2.4.0/22' overlaps with '10.2.0.0/16'",
    ),
    Broken(
        "a secondary range of other private ones",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [172.20.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "it is in 172.16.0.0/12; take one of 10.0.0.0/8, 100.64.0.0/10 or a public range",
    ),
    Broken(
        "a private range beside one that is not",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 100.64.0.0/16, secondary_cidrs: [10.2.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "it is in 10.0.0.0/8; take one of 100.64.0.0/10 or a public range",
    ),
    Broken(
        "a secondary range for tests of networks",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [198.19.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "Amazon EC2 adds no range of 198.19.0.0/16",
    ),
    Broken(
        "a secondary range of default VPCs",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 172.20.0.0/16, secondary_cidrs: [172.31.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "Amazon EC2 adds no range of 172.31.0.0/16",
    ),
    Broken(
        "the first of all ranges beside the second",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.5.0.0/16, secondary_cidrs: [10.0.0.0/17, 10.0.128.0/17]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "no range of 10.0.0.0/16 is added beside one of 10.0.0.0/15",
    ),
    Broken(
        "more ranges than a VPC has",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [100.64.0.0/16, 100.65.0.0/16, 100.66.0.0/16, "
        "100.67.0.0/16, 100.68.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "6 ranges; a VPC has 5 at most",
    ),
    Broken(
        "secondary ranges without room",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, vpc_max_azs: 3, secondary_cidrs: [100.64.0.0/24, 100.65.0.0/24]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "'100.64.0.0/24, 100.65.0.0/24' has room for 2 zones with one private subnet /24 each",
    ),
    Broken(
        "a secondary range of containers",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 172.20.0.0/16, secondary_cidrs: [172.17.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "which containers of SageMaker use",
    ),
    Broken(
        "a secondary range that another stage is known by",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/16, secondary_cidrs: [10.1.0.0/16]}",
        "network.deployments[0].stages[1].create_network.secondary_cidrs",
        "'10.1.0.0/16' of stage 'preprod' overlaps with '10.1.0.0/16' of stage 'dev'",
    ),
    Broken(
        "more private NAT gateways than zones",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_max_azs: 2, secondary_cidrs: [100.64.0.0/16], transit_gateway: "
        "{id: tgw-01234567, routes: [192.168.0.0/16], private_nat_gateways: 3}}",
        "network.deployments[0].stages[1].create_network.transit_gateway.private_nat_gateways",
        "3 private NAT gateways need as many zones, but there are 2",
    ),
    Broken(
        "a route twice",
        "vpc_cidr: 10.2.0.0/16",
        "transit_gateway: {id: tgw-01234567, routes: [10.0.0.0/8, 10.0.0.0/8]}",
        "network.deployments[0].stages[1].create_network.transit_gateway.routes",
        "stands there twice",
    ),
    Broken(
        "a route with bits of a host",
        "vpc_cidr: 10.2.0.0/16",
        "transit_gateway: {id: tgw-01234567, routes: [10.0.0.1/8]}",
        "network.deployments[0].stages[1].create_network.transit_gateway.routes[0]",
        "has host bits set",
    ),
    Broken(
        "an attachment as a transit gateway",
        "vpc_cidr: 10.2.0.0/16",
        "transit_gateway: {id: tgw-attach-0123456789abcdef0}",
        "network.deployments[0].stages[1].create_network.transit_gateway.id",
        "is not a transit gateway id",
    ),
    Broken(
        "a route to what Amazon EC2 keeps for itself",
        "vpc_cidr: 10.2.0.0/16",
        "transit_gateway: {id: tgw-01234567, routes: [169.254.169.0/24]}",
        "network.deployments[0].stages[1].create_network.transit_gateway.routes",
        "lies in 169.254.168.0/22, which Amazon EC2 keeps for itself",
    ),
    *(
        Broken(
            f"a route to {what}",
            "vpc_cidr: 10.2.0.0/16",
            f"transit_gateway: {{id: tgw-01234567, routes: [{route}]}}",
            "network.deployments[0].stages[1].create_network.transit_gateway.routes",
            f"'{route}' lies in {block}, which",
        )
        for what, route, block in (
            ("the own network", "0.0.0.0/8", "0.0.0.0/8"),
            ("the own host", "127.1.0.0/16", "127.0.0.0/8"),
            ("the own link", "169.254.0.0/24", "169.254.0.0/16"),
            ("many at once", "239.1.2.0/24", "224.0.0.0/4"),
            ("a reserved range", "250.0.0.0/8", "240.0.0.0/4"),
        )
    ),
    Broken(
        "a resolver rule twice",
        "vpc_cidr: 10.2.0.0/16",
        "resolver_rule_ids: [rslvr-rr-0a1b, rslvr-rr-0a1b]",
        "network.deployments[0].stages[1].create_network.resolver_rule_ids",
        "'rslvr-rr-0a1b' stands there twice",
    ),
    Broken(
        "no central endpoint at all",
        "vpc_cidr: 10.2.0.0/16",
        "central_endpoints: {route53_profile_id: rp-0123456789abcdef, endpoints: []}",
        "network.deployments[0].stages[1].create_network.central_endpoints.endpoints",
        "at least 1",
    ),
    Broken(
        "central endpoints without a way to them",
        "vpc_cidr: 10.2.0.0/16",
        "central_endpoints: {route53_profile_id: rp-0123456789abcdef}",
        "network.deployments[0].stages[1].create_network.central_endpoints",
        "nothing leads there; name the ranges of that VPC",
    ),
    Broken(
        "a resolver rule as a Profile",
        "vpc_cidr: 10.2.0.0/16",
        "central_endpoints: {route53_profile_id: rslvr-rr-0123456789abcdef}",
        "network.deployments[0].stages[1].create_network.central_endpoints.route53_profile_id",
        "is not the id of a Profile of Route 53",
    ),
    Broken(
        "a gateway endpoint as a central one",
        "vpc_cidr: 10.2.0.0/16",
        "central_endpoints: {route53_profile_id: rp-0123456789abcdef, endpoints: [kms, s3]}",
        "network.deployments[0].stages[1].create_network.central_endpoints.endpoints",
        "'s3' is a gateway endpoint, which serves its own VPC alone",
    ),
    Broken(
        "an unknown central endpoint",
        "vpc_cidr: 10.2.0.0/16",
        "central_endpoints: {route53_profile_id: rp-0123456789abcdef, endpoints: [kmss]}",
        "network.deployments[0].stages[1].create_network.central_endpoints.endpoints",
        "did you mean 'kms'",
    ),
    Broken(
        "no room for the attachment",
        "vpc_cidr: 10.2.0.0/16",
        "{vpc_cidr: 10.2.0.0/22, vpc_max_azs: 3, transit_gateway: {id: tgw-01234567, "
        "subnet_cidr_mask: 24}}",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "one transit subnet /24",
    ),
    Broken(
        "unknown endpoint",
        "vpc_cidr: 10.2.0.0/16",
        "endpoints: {kmss: true}",
        "network.deployments[0].stages[1].create_network.endpoints",
        "did you mean 'kms'",
    ),
    Broken(
        "unknown network key",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_cird: 10.2.0.0/16",
        "network.deployments[0].stages[1].create_network.vpc_cird",
        "did you mean 'vpc_cidr'",
    ),
    Broken(
        "unknown set",
        "      - set_name: retail\n        stages:\n          - stage_name: dev\n            create_network",
        "      - set_name: retial\n        stages:\n          - stage_name: dev\n            create_network",
        "network.deployments[0].set_name",
        "did you mean 'retail'",
    ),
    Broken(
        "unknown stage",
        "stage_name: preprod",
        "stage_name: preprood",
        "network.deployments[0].stages[1].stage_name",
        "did you mean 'preprod'",
    ),
    Broken(
        "VPC id",
        "vpc-0123456789abcdef0",
        "my-vpc",
        "network.deployments[0].stages[2].import_network.vpc_id",
        "'my-vpc' is not a VPC id",
    ),
    Broken(
        "subnet id",
        "[subnet-0123456789abcdef0]",
        "[vpc-1]",
        "network.deployments[0].stages[2].import_network.subnets[0]",
        "'vpc-1' is not a subnet id",
    ),
    Broken(
        "ranges of one VPC that overlap",
        "              subnets: [subnet-0123456789abcdef0]",
        "              subnets: [subnet-0123456789abcdef0]\n"
        "              secondary_cidrs: [100.64.0.0/16, 100.64.8.0/24]",
        "network.deployments[0].stages[2].import_network.secondary_cidrs",
        "'100.64.8.0/24' overlaps with '100.64.0.0/16'",
    ),
    Broken(
        "no subnets",
        "[subnet-0123456789abcdef0]",
        "[]",
        "network.deployments[0].stages[2].import_network.subnets",
        "at least 1 item",
    ),
    Broken(
        "security group id",
        "sg-0123456789abcdef0",
        "default",
        "network.deployments[0].stages[2].import_network.base_security_group",
        "'default' is not a security group id",
    ),
    Broken(
        "import without its VPC",
        "              vpc_id: vpc-0123456789abcdef0\n",
        "",
        "network.deployments[0].stages[2].import_network.vpc_id",
        "'vpc_id' is missing",
        line=-1,
    ),
    Broken(
        "imported endpoint without a range",
        "base_security_group: sg-0123456789abcdef0",
        "base_security_group: sg-0123456789abcdef0\n              endpoints: {kms: true}",
        "network.deployments[0].stages[2].import_network.endpoints.kms",
        "needs vpc_cidr",
    ),
    Broken(
        "imported gateway without route tables",
        "base_security_group: sg-0123456789abcdef0",
        "base_security_group: sg-0123456789abcdef0\n              endpoints: {s3: true}",
        "network.deployments[0].stages[2].import_network.endpoints.s3",
        "needs route_table_ids",
    ),
    Broken(
        "neither one route table nor one for each subnet",
        "base_security_group: sg-0123456789abcdef0",
        "base_security_group: sg-0123456789abcdef0\n"
        "              route_table_ids: [rtb-0123456789abcdef0, rtb-0123456789abcdef1, "
        "rtb-0123456789abcdef2]",
        "network.deployments[0].stages[2].import_network.route_table_ids",
        "name one for all, or one for each",
    ),
    Broken(
        "private names without DNS",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_enable_dns_hostnames: false",
        "network.deployments[0].stages[1].create_network.vpc_enable_dns_hostnames",
        "need DNS hostnames and DNS support: kms and 2 more",
    ),
    Broken(
        "hostnames without DNS support",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_enable_dns_support: false\n"
        "              endpoints: {kms: false, ecr: false, ecr_docker: false}",
        "network.deployments[0].stages[1].create_network.vpc_enable_dns_support",
        "DNS hostnames need DNS support",
    ),
    Broken(
        "idle timeout too short",
        "idle_timeout_minutes: 90",
        "idle_timeout_minutes: 5",
        "sagemaker.deployments[0].stages[0].idle_timeout_minutes",
        "'5'",
    ),
    Broken(
        "user twice",
        "[{user_profile_name: ana}]",
        "[{user_profile_name: ana}, {user_profile_name: Ana}]",
        "sagemaker.profiles.data_scientists",
        "'ds-Ana'",
        line=-1,
    ),
    Broken(
        "user name with a space",
        "user_profile_name: ana",
        "user_profile_name: a na",
        "sagemaker.profiles.data_scientists",
        "SageMaker user profile name 'ds-a na'",
        line=-1,
    ),
    Broken(
        "a project where nothing keeps projects apart",
        "{user_profile_name: ana}",
        "{user_profile_name: ana, project: p-abcd1234}",
        "sagemaker.profiles.data_scientists.users[0].project",
        "write 'separation: project' under 'projects' in cdk-app.yml",
    ),
    Broken(
        "a project that means several",
        "{user_profile_name: ana}",
        "{user_profile_name: ana, project: 'p-*'}",
        "sagemaker.profiles.data_scientists.users[0].project",
        "the id of a project",
    ),
    *(
        Broken(
            name,
            "  sagemaker:\n",
            f"  sagemaker:\n    personas: {{data_scientist: {{{given}}}}}\n",
            f"sagemaker.personas.data_scientist.{path}",
            words,
        )
        for name, given, path, words in (
            *(
                (
                    f"a data bucket '{bucket}'",
                    f"data_buckets: [{{name: '{bucket}'}}]",
                    "data_buckets[0].name",
                    words,
                )
                for bucket, words in (
                    ("*", "the name of one bucket, without wildcards"),
                    ("sales-*", "the name of one bucket, without wildcards"),
                    ("mlops-p-1-artifacts-1", "is the platform's or a project's"),
                    ("cdk-hnb659fds-assets-1", "is the platform's or a project's"),
                    ("sagemaker-eu-west-1-1", "is the platform's or a project's"),
                )
            ),
            (
                "a data bucket that the network does not reach",
                "data_buckets: [{name: lake, account: '999999999999'}]",
                "data_buckets[0].account",
                "add it to 'trusted_accounts'",
            ),
            (
                "an unknown access",
                "data_buckets: [{name: lake, access: write}]",
                "data_buckets[0].access",
                "'read' or 'read-write'",
            ),
            (
                "a policy of another account",
                "policy_arns: ['arn:aws:iam::999999999999:policy/x'], actions: ['athena:Get*']",
                "policy_arns[0]",
                "is not a policy of account",
            ),
            (
                "a policy that gives nothing",
                "policy_arns: ['arn:aws:iam::aws:policy/AmazonAthenaFullAccess']",
                "policy_arns",
                "name the actions of the policies under 'actions'",
            ),
            ("everything of a service", "actions: ['athena:*']", "actions[0]", "an IAM action"),
            (
                "identities",
                "actions: ['iam:PassRole']",
                "actions[0]",
                "it decides who may do what",
            ),
        )
    ),
    Broken(
        "unknown persona",
        "data_scientists",
        "data_sientists",
        "sagemaker.profiles.data_sientists",
        "did you mean 'data_scientists'",
    ),
    Broken(
        "set with two entries",
        "  sagemaker:\n",
        "      - set_name: RETAIL\n  sagemaker:\n",
        "network.deployments[1].set_name",
        "has an entry already",
    ),
    Broken(
        "stage with two entries",
        "stage_name: preprod",
        "stage_name: DEV",
        "network.deployments[0].stages[1].stage_name",
        "has an entry already",
    ),
    Broken(
        "zones of another region",
        "vpc_cidr: 10.2.0.0/16",
        "availability_zones: [eu-west-1a]",
        "network.deployments[0].stages[1].create_network.availability_zones",
        "not in eu-central-1",
    ),
    Broken(
        "zone twice",
        "vpc_cidr: 10.2.0.0/16",
        "availability_zones: [eu-central-1a, eu-central-1a]",
        "network.deployments[0].stages[1].create_network.availability_zones",
        "a zone twice",
    ),
    Broken(
        "zone ids of another region",
        "vpc_cidr: 10.2.0.0/16",
        "availability_zones: [euw1-az1]",
        "network.deployments[0].stages[1].create_network.availability_zones",
        "'euw1-az1' is not in eu-central-1",
    ),
    Broken(
        "zones by name and by id",
        "vpc_cidr: 10.2.0.0/16",
        "availability_zones: [eu-central-1a, euc1-az2]",
        "network.deployments[0].stages[1].create_network.availability_zones",
        "has zones by name and by id",
    ),
    Broken(
        "the id of a Local Zone",
        "vpc_cidr: 10.2.0.0/16",
        "availability_zones: [euc1-ham1-az1]",
        "network.deployments[0].stages[1].create_network.availability_zones",
        "'euc1-ham1-az1' is not in eu-central-1",
    ),
    Broken(
        "too many zones",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_max_azs: 7",
        "network.deployments[0].stages[1].create_network.vpc_max_azs",
        "'7' is too large: 6 at most",
    ),
    Broken(
        "range of IPv6",
        "10.2.0.0/16",
        "'2001:db8::/64'",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "not an IPv4 network",
    ),
    Broken(
        "domain name with an underscore",
        "idle_timeout_minutes: 90",
        "domain_name: my_domain",
        "sagemaker.deployments[0].stages[0].domain_name",
        "SageMaker domain name",
    ),
    Broken(
        "user without a name",
        "[{user_profile_name: ana}]",
        "[{}]",
        "sagemaker.profiles.data_scientists.users[0].user_profile_name",
        "is missing",
    ),
    Broken(
        "route table id",
        "base_security_group: sg-0123456789abcdef0",
        "base_security_group: sg-0123456789abcdef0\n              route_table_ids: [main]",
        "network.deployments[0].stages[2].import_network.route_table_ids[0]",
        "'main' is not a route table id",
    ),
)


@pytest.mark.parametrize("row", BROKEN_APP, ids=lambda row: row.name)
def test_a_broken_account_file_is_reported_with_line_and_path(tmp_path: Path, row: Broken) -> None:
    broken = (
        APP.replace(row.old, row.new, 1)
        if row.name != "no dev"
        else row.new.join(APP.rsplit(row.old, 1))
    )
    check(tmp_path, row, broken, INFRA if "retail" in broken else "", file="cdk-app.yml")


@pytest.mark.parametrize("row", BROKEN_INFRA, ids=lambda row: row.name)
def test_a_broken_network_file_is_reported_with_line_and_path(tmp_path: Path, row: Broken) -> None:
    check(tmp_path, row, APP, INFRA.replace(row.old, row.new, 1), file="cdk-infra-app.yml")


def check(folder: Path, row: Broken, app: str, infra: str, *, file: str) -> None:
    problems = problems_of(folder, app, infra)
    assert {problem.path for problem in problems} == {row.path, *row.also}
    assert any(row.words in p.message for p in problems if p.path == row.path), problems
    assert {problem.file.name for problem in problems if problem.path == row.path} == {file}
    (line,) = {problem.line for problem in problems if problem.path == row.path}
    original, broken = (APP, app) if file == "cdk-app.yml" else (INFRA, infra)
    changed = next(
        number
        for number, (old, new) in enumerate(
            zip(original.splitlines(), [*broken.splitlines(), *[""] * 9], strict=False), 1
        )
        if old != new
    )
    assert line == changed + row.line, f"line {line}, but the change begins in line {changed}"


def test_the_unbroken_files_load(tmp_path: Path) -> None:
    (tmp_path / "cdk-app.yml").write_text(APP)
    (tmp_path / "cdk-infra-app.yml").write_text(INFRA)
    config = load_config(tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml")
    assert [d.set_name for d in config.enabled_deployments] == ["retail", "credit"]


def test_all_problems_stand_in_one_report(tmp_path: Path) -> None:
    app = APP.replace('"202020202021"', "1").replace("app_prefix", "prefix", 1)
    found = problems_of(tmp_path, app, INFRA.replace("10.2.0.0/16", "x"))
    assert {p.path for p in found} == {
        "prefix",
        "deployments[0].stages[0].account",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
    }


def test_a_broken_value_does_not_hide_what_no_single_value_shows(tmp_path: Path) -> None:
    app = APP.replace('"202020202021"', "1").replace("credit", "RETAIL")
    infra = INFRA.replace("10.2.0.0/16", "10.1.0.0/16").replace("timeout_minutes: 90", "timeout: 9")
    assert {p.path for p in problems_of(tmp_path, app, infra)} == {
        "deployments[0].stages[0].account",
        "deployments[1].set_name",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "sagemaker.deployments[0].stages[0].idle_timeout",
    }


def test_what_follows_from_a_broken_value_is_not_reported(tmp_path: Path) -> None:
    more = "\n              ".join(["10.2.0.0/24", "vpc_max_azs: x", "vpc_nat_gateways: 6"])
    infra = INFRA.replace("10.2.0.0/16", more)
    assert {p.path for p in problems_of(tmp_path, APP, infra)} == {
        "network.deployments[0].stages[1].create_network.vpc_max_azs",
    }


def test_both_files_are_read_even_if_one_is_not_yaml(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "a: b: c", "a: [")
    assert [p.file.name for p in found] == ["cdk-app.yml", "cdk-infra-app.yml"]


def test_the_report_names_file_and_line_and_the_next_command(tmp_path: Path) -> None:
    (tmp_path / "cdk-app.yml").write_text(APP.replace('"202020202021"', '"2020"'))
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "cdk-app.yml", tmp_path / "none.yml")
    report = str(caught.value)
    assert f"{tmp_path / 'cdk-app.yml'}:12: deployments[0].stages[0].account: '2020'" in report
    assert "./mlops-multi-account.sh config validate" in report


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("cdk_app_config:\n\tapp_prefix: x\n", 2),
        ("cdk_app_config: [\n", 2),
        ("a: b: c\n", 1),
        ("a: b\nc: \x00\n", 2),
        ("a: b\n---\nc: d\n", 2),
        ("a: *b\n", 1),
    ],
    ids=["tab", "open bracket", "two colons", "control character", "two documents", "no anchor"],
)
def test_what_is_not_yaml_is_reported_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (found,) = problems_of(tmp_path, text, "")
    assert found.line == line
    assert "not readable as YAML" in found.message


def test_a_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="no such file") as caught:
        load_config(tmp_path / "none.yml")
    assert f"--config {tmp_path} config" in caught.value.hint
    assert "git checkout" in restored(CDK_APP_PLACE)


def test_a_file_in_another_encoding_is_not_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "latin.yml").write_bytes("cdk_app_config: é".encode("latin-1"))
    with pytest.raises(PlatformError, match="cannot read the configuration") as caught:
        load_config(tmp_path / "latin.yml")
    assert "UTF-8" in caught.value.hint
    assert "git" not in caught.value.hint


def test_an_alias_inside_of_what_it_stands_for_is_reported(tmp_path: Path) -> None:
    text = APP.replace("  pipeline:", "  pipeline: &p").replace("eu-west-1", "*p")
    found = problems_of(tmp_path, text, "")
    assert {(problem.line, problem.path) for problem in found} == {(6, "pipeline.region")}
    assert any("inside of what it stands for" in problem.message for problem in found)
    merged = APP.replace("  pipeline:\n", "  pipeline: &p\n    <<: *p\n")
    (tmp_path / "merged.yml").write_text(merged)
    assert load_config(tmp_path / "merged.yml", tmp_path / "none.yml").deployments


TRANSLATED = "{id: tgw-01234567, routes: [192.168.0.0/16]}"
ROUTED = "{id: tgw-01234567, routes: [192.168.0.0/16], private_nat_gateways: 0}"


def with_secondary(ranges: tuple[str, str], gateway: str) -> str:
    text = INFRA
    for number, cidr in enumerate(ranges, start=1):
        block = f"secondary_cidrs: [{cidr}]\n              transit_gateway: {gateway}"
        own = f"vpc_cidr: 10.{number}.0.0/16"
        text = text.replace(own, f"{own}\n              {block}")
    return text


@pytest.mark.parametrize(
    ("ranges", "gateway"),
    [
        (("100.64.0.0/16", "100.64.0.0/16"), TRANSLATED),
        (("100.64.0.0/16", "100.64.128.0/17"), "null"),
        (("100.64.0.0/16", "100.65.0.0/16"), ROUTED),
        (("10.128.0.0/16", "11.0.0.0/16"), ROUTED),
    ],
)
def test_stages_may_have_alike_ranges_that_nothing_routes(
    tmp_path: Path, ranges: tuple[str, str], gateway: str
) -> None:
    (tmp_path / "cdk-app.yml").write_text(APP)
    (tmp_path / "infra.yml").write_text(with_secondary(ranges, gateway))
    config = load_config(tmp_path / "cdk-app.yml", tmp_path / "infra.yml")
    found = [config.network("retail", stage) for stage in ("dev", "preprod")]
    assert [getattr(network, "secondary_cidrs", ()) for network in found] == [(r,) for r in ranges]


def test_stages_do_not_share_a_range_that_the_company_routes(tmp_path: Path) -> None:
    both = ("100.64.0.0/16", "100.64.0.0/16")
    (problem,) = problems_of(tmp_path, APP, with_secondary(both, ROUTED))
    assert problem.path == "network.deployments[0].stages[1].create_network.secondary_cidrs"
    assert "of stage 'preprod' overlaps with '100.64.0.0/16' of stage 'dev'" in problem.message


def test_an_inherited_range_is_reported_where_it_stands(tmp_path: Path) -> None:
    inherited = "vpc_cidr: 10.0.0.0/16\n      secondary_cidrs: [172.20.0.0/16]"
    found = problems_of(tmp_path, APP, INFRA.replace("vpc_cidr: 10.0.0.0/16", inherited))
    assert {(problem.line, problem.path) for problem in found} == {
        (5, "network.default_create_network.secondary_cidrs")
    }


def test_what_several_stages_inherit_is_told_once(tmp_path: Path) -> None:
    twice = "vpc_cidr: 10.0.0.0/16\n      secondary_cidrs: [100.64.0.0/16, 100.64.0.0/16]"
    (problem,) = problems_of(tmp_path, APP, INFRA.replace("vpc_cidr: 10.0.0.0/16", twice))
    assert "overlaps with '100.64.0.0/16'" in problem.message


trees = st.recursive(
    st.sampled_from(["", "dev", "eu-west-1", "202020202021", "10.0.0.0/16", "true", "3", "?"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=20,
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs if not isinstance(tree, str) else ():
        yield from places(value, (*path, key))


@given(data=st.data(), tree=trees, file=st.sampled_from([APP, INFRA]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_at_a_key_is_reported_or_loads(
    tmp_path: Path, data: st.DataObject, tree: object, file: str
) -> None:
    content = {"root": yaml.load(file, Loader=yaml.BaseLoader)}
    *path, last = data.draw(st.sampled_from([p for p in places(content) if p]))
    block: Any = content
    for key in path:
        block = block[key]
    block[last] = tree
    text = json.dumps(content["root"])
    app, infra = (text, INFRA) if file is APP else (APP, text)
    (tmp_path / "cdk-app.yml").write_text(app)
    (tmp_path / "cdk-infra-app.yml").write_text(infra)
    try:
        load_config(tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml")
    except ConfigError as error:
        assert error.problems
