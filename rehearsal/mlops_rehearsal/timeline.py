"""The acts played one after the other in a world of their own."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_APP_PLACE,
    CDK_INFRA_APP_CONFIG,
    CDK_INFRA_APP_PLACE,
    REPOSITORY_ROOT,
)
from mlops_rehearsal.emulator.leftovers import new_folder
from mlops_rehearsal.emulator.server import Emulator, make_certificate
from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.adoption import Adoption, check_adoption
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.checkout import write_checkout
from mlops_rehearsal.world.company_network import company_network
from mlops_rehearsal.world.endpoint_kind import EndpointKind
from mlops_rehearsal.world.evidence import Played
from mlops_rehearsal.world.places import occupied
from mlops_rehearsal.world.products import check_product
from mlops_rehearsal.world.world import World

PRODUCT = "parameterized template for real-time deployment"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a rehearsal is made of; an empty `set_name` means every enabled set."""

    cdk_app: Path = CDK_APP_CONFIG
    infra: Path = CDK_INFRA_APP_CONFIG
    set_name: str = ""
    product: str = PRODUCT
    all_products: bool = False
    adopts: Adoption | None = None
    kind: EndpointKind = EndpointKind.REALTIME
    scps: tuple[Path, ...] = ()
    fresh_account: bool = False
    approve: Callable[[str], Approval] = lambda name: Approval.APPROVED
    say: Callable[[str], None] = lambda text: None


@contextmanager
def world_of(request: Request) -> Iterator[World]:
    """A world before its first act; nothing of it is left afterwards.

    Raises:
        ConfigError: the configuration has problems.
        PlatformError: there is no such account set or product, or the table cannot be adopted.
    """
    folder = new_folder()
    try:
        request.say("a checkout with the accounts filled in")
        checkout = folder / "checkout"
        write_checkout(checkout, request.cdk_app, request.infra, request.kind)
        config = _config(checkout, request.set_name)
        if request.product != PRODUCT and not request.all_products:
            check_product(checkout, request.product)
        if request.adopts:
            request.say(f"a project looks at {request.adopts.file.name}")
            check_adoption(checkout, request.adopts, request.product)
        request.say("the emulator starts (its environment is made on first use)")
        with (
            Emulator(
                config.pipeline.region,
                folder / "emulator",
                world=folder,
                scps=request.scps,
                fresh_account=request.fresh_account,
            ) as emulator,
            company_network(
                config.org.builds,
                folder / "company",
                make_certificate,
                emulator.certificate.read_text(encoding="utf-8"),
                map(config.package_index, config.enabled_deployments),
            ) as company,
        ):
            yield World(
                config=config,
                emulator=emulator,
                checkout=checkout,
                folder=folder,
                set_name=request.set_name,
                approve=request.approve,
                say=request.say,
                company=company,
                product=request.product,
                all_products=request.all_products,
                adopts=request.adopts,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def play(world: World, act: Act) -> Played:
    """Play one act.

    Raises:
        PlatformError: it failed; the message begins with its number and name.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    start = time.monotonic()
    try:
        world.emulator.refused(())
        evidence = act.play(world)
        _refuse_silence(world, act)
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(f"act {act.number} ({act.name}): {error}") from error
    except PlatformError as error:
        message = f"act {act.number} ({act.name}): {error.message}"
        raise PlatformError(message, hint=error.hint) from error
    return Played(
        number=act.number,
        name=act.name,
        title=act.title,
        seconds=time.monotonic() - start,
        evidence=evidence,
    )


def _refuse_silence(world: World, act: Act) -> None:
    """Services do not tell whoever plays when they may not do something; here they do.

    Raises:
        PlatformError: a service was refused something in this act, or would send what never
            arrives.
    """
    where = () if act.removes else occupied(world.config)
    found = world.emulator.refused(where)
    if found:
        lines = [
            f"  {row['service']} in {row['account']} cannot {row['deed']}: {row['reason']}"
            for row in found
        ]
        raise PlatformError(
            "\n".join(["AWS would stay silent, but:", *lines]),
            hint="let the role or the policy that is named have the permission",
        )


def _config(checkout: Path, set_name: str) -> PlatformConfig:
    config = load_config(
        checkout / CDK_APP_PLACE.relative_to(REPOSITORY_ROOT),
        checkout / CDK_INFRA_APP_PLACE.relative_to(REPOSITORY_ROOT),
    )
    if not set_name:
        return config
    chosen = [d for d in config.deployments if d.set_name.lower() == set_name.lower()]
    if not chosen:
        known = ", ".join(d.set_name for d in config.enabled_deployments)
        raise PlatformError(f"there is no enabled account set '{set_name}'; there are: {known}")
    return replace(config, deployments=tuple(chosen))
