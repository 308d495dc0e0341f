"""A fleet with a row of every kind, with names as long as real ones."""

from datetime import UTC, date, datetime

from mlops_commons.fleet.rows import (
    UNCOMPARED,
    Acknowledgement,
    Bootstrapped,
    Delivery,
    Deployed,
    Fleet,
    Project,
)

READ = datetime(2026, 11, 28, 18, 5, tzinfo=UTC)
SETS = ("retail", "a-business-unit-with-a-long-name")
REASON = (
    "the role arn:aws:iam::333333333333:role/cdk-hnb659fds-lookup-role-333333333333-eu-west-1 "
    "cannot be assumed: An error occurred (AccessDenied) when calling the AssumeRole operation"
)


def fleet() -> Fleet:
    """Two sets: one is well, in the other everything that can be wrong is."""
    well, bad = SETS
    commit = "0123456789abcdef0123456789abcdef01234567"
    return Fleet(
        read=READ,
        deliveries=(
            Delivery(
                set_name=well,
                app="infra",
                pipeline=f"mlops-infra-main-{well}",
                status="Succeeded",
                commit=commit,
                subject="Larger subnets",
                started=READ,
                checkout="as here",
            ),
            Delivery(
                set_name=bad,
                app="infra",
                pipeline=f"mlops-infra-main-{bad}",
                status="Failed",
                at="preprod/preprod-mlops-infra.Deploy",
                message="the subnet <10.0.0.0/24> & another one are taken",
                commit=commit,
                started=READ,
                checkout="another",
            ),
            Delivery(
                set_name=bad,
                app="template",
                pipeline=f"mlops-template-main-{bad}",
                unknown="there is no pipeline yet",
            ),
        ),
        stages=(
            Deployed(
                set_name=well,
                stage="dev",
                app="infra",
                account="222222222222",
                region="ap-southeast-2",
                commit=commit,
                checkout="as here",
                status="UPDATE_COMPLETE",
                drift="IN_SYNC",
                checked=READ,
            ),
            Deployed(
                set_name=well,
                stage="prod",
                app="infra",
                account="444444444444",
                region="ap-southeast-2",
                commit=commit,
                status="UPDATE_ROLLBACK_COMPLETE",
                drift="DRIFTED",
                checked=READ,
            ),
            Deployed(
                set_name=bad,
                stage="preprod",
                app="infra",
                account="333333333333",
                region="eu-west-1",
                unknown=REASON,
            ),
        ),
        bootstraps=(
            Bootstrapped(
                account="333333333333",
                region="eu-west-1",
                uses=f"{bad}/preprod",
                unknown=REASON,
            ),
            Bootstrapped(
                account="111111111111", region="eu-west-1", uses="governance", unknown=UNCOMPARED
            ),
            Bootstrapped(account="222222222222", region="ap-southeast-2", uses=f"{well}/dev"),
            Bootstrapped(
                account="444444444444",
                region="ap-southeast-2",
                uses=f"{well}/prod",
                lacks="the templates need what the last bootstrap did not allow: s3:PutObject on *",
                blocks=True,
            ),
        ),
        projects=(
            Project(
                set_name=well,
                stage="dev",
                name="churn-p-abcdefghijkl",
                product="Tabular model",
                version="1.0.0",
                status="AVAILABLE",
                drift="NOT_CHECKED",
            ),
        ),
        acknowledgements=(
            Acknowledgement(
                set_name=well,
                stage="prod",
                stack="churn-p-abcdefghijkl-deploy-prod",
                resource="EndpointConfig",
                control="SageMaker.4",
                until=date(2026, 12, 8),
                days=10,
            ),
        ),
    )
