"""A report whose names and logs are as long as real ones."""

from sample_report import LEAD, access, act, action, sample

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_rehearsal.report.data import ActState, Observed, Report
from mlops_rehearsal.report.deployed import Bucket, Deployed, DeployedTemplate, Role
from mlops_rehearsal.report.reach import reviewed


def long_names() -> Report:
    """A report whose names and logs are as long as real ones, and one act that has failed."""
    name = "a-role-whose-name-is-as-long-as-names-may-be-on-aws-which-is-64-cha"
    decided = [access(f"{LEAD}-{name}", f"service{n}:Action", "denied") for n in range(30)]
    failed = act(3, state=ActState.FAILED, message=f"stack '{name}' failed: {name * 4}")
    log = f"{name * 6}\n{name}"
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::999900000009:role/{name}"},
        "Condition": {"ArnLike": {"aws:PrincipalArn": name * 4}},
    }
    account = sample().observed.accounts[0].account
    role = Role(account=account, name=name, trust={"Statement": [statement]}, inline={})
    template = DeployedTemplate(account=account, region="eu-west-1", stack=name, template={})
    bucket = Bucket(
        account=account, name=name[:63], encryption="", key="", blocked=False, policy={}
    )
    return sample(
        acts=(act(1), act(2), failed),
        actions=(action(name, stage=name, result=name * 3, log=log),),
        observed=Observed(
            accounts=sample().observed.accounts, access=(*sample().observed.access, *decided)
        ),
        reach=reviewed(CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG),
        deployed=Deployed(roles=(role,), templates=(template,), buckets=(bucket,), cases={}),
    )
