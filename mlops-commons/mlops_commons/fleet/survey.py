"""All sets of a configuration as they are: what cannot be reached is a row with the reason."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from mlops_commons.accounts.account_policies import Assemblies
from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.signed_in import looking_in, signed_in
from mlops_commons.config import PlatformConfig
from mlops_commons.config.projects_of_sets import apps_of
from mlops_commons.fleet.accounts import Account, drift_of, read_account, unreachable
from mlops_commons.fleet.governance import (
    AT_ONCE,
    Delivered,
    Key,
    checkout_of,
    has_app,
    read_deliveries,
    unknown_deliveries,
)
from mlops_commons.fleet.rows import NOT_DEPLOYED, Deployed, Fleet
from mlops_commons.utilities import names
from mlops_commons.utilities.at_once import each_at_once
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES

NO_GOVERNANCE: Final = "governance cannot be entered"
Accounts = Mapping[tuple[str, str], Account]
"""By account and region."""


def survey(
    config: PlatformConfig,
    plan: tuple[BootstrapRow, ...],
    assemblies: Assemblies | None,
    here: Mapping[Key, str],
) -> Fleet:
    """Look at all sets with the profile of governance, and change nothing.

    The other accounts are entered by the CDK's lookup role, which governance may assume and which
    may only read.

    Args:
        plan: governance, and every account and region of a stage.
        assemblies: what both apps would deploy; None where that is not synthesised as it is now.
        here: digests of what this checkout would publish, by set and app.
    """
    now = datetime.now(tz=UTC)
    governance = next(row for row in plan if row.governs)
    refused: PlatformError | None = None
    try:
        own = signed_in(governance)
    except PlatformError as error:
        refused = error
        accounts: Accounts = {
            (row.account, row.region): unreachable(row, NO_GOVERNANCE) for row in plan
        }
        deliveries = unknown_deliveries(config, NO_GOVERNANCE)
    else:
        sts, codepipeline = own.client("sts"), own.client("codepipeline")
        read = partial(_read, config, own, sts, assemblies, now)
        looks = zip(plan, each_at_once(read, plan, AT_ONCE), strict=True)
        accounts = {(row.account, row.region): account for row, account in looks}
        deliveries = read_deliveries(config, codepipeline, here)
    found = accounts.values()
    return Fleet(
        read=now,
        unreachable=refused.message if refused else "",
        remedy=refused.hint if refused else "",
        deliveries=tuple(delivered.row for delivered in deliveries.values()),
        stages=tuple(_stages(config, deliveries, accounts, here)),
        bootstraps=tuple(account.bootstrap for account in found),
        projects=tuple(project for account in found for project in account.projects),
        acknowledgements=tuple(row for account in found for row in account.acknowledgements),
    )


def _read(
    config: PlatformConfig,
    own: Any,
    sts: Any,
    assemblies: Assemblies | None,
    now: datetime,
    row: BootstrapRow,
) -> Account:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = own if row.governs else looking_in(row, sts)
        return read_account(config, row, session, assemblies, now.date())
    except PlatformError as error:
        return unreachable(row, error.message)
    except (BotoCoreError, ClientError) as error:
        return unreachable(row, str(error))


def _stages(
    config: PlatformConfig,
    deliveries: Mapping[Key, Delivered],
    accounts: Accounts,
    here: Mapping[Key, str],
) -> Iterator[Deployed]:
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            account = accounts[stage.account, stage.region]
            for app in apps_of(config, deployment):
                if not has_app(app, stage):
                    continue
                directory = APP_DIRECTORIES[app]
                key = (deployment.set_name, app)
                run = deliveries[key].runs.get(stage.stage_name)
                name = names.core_stack(stage.stage_name, directory, stage.parameter_namespace)
                stack = account.stacks.get(name, {})
                yield Deployed(
                    set_name=deployment.set_name,
                    stage=stage.stage_name,
                    app=app,
                    account=stage.account,
                    region=stage.region,
                    commit=run.commit if run else "",
                    checkout=checkout_of(run, here.get(key, "")),
                    status="" if account.unknown else stack.get("StackStatus", NOT_DEPLOYED),
                    drift=drift_of(stack) if stack else "",
                    checked=stack.get("DriftInformation", {}).get("LastCheckTimestamp"),
                    unknown=account.unknown,
                )
