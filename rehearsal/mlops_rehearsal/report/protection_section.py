"""How data is encrypted and what of the networks the internet can reach."""

from typing import Final

from mlops_commons.utilities.words import counted
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.deployed import Bucket
from mlops_rehearsal.report.elements import Html, badge, code, element, fold, section
from mlops_rehearsal.report.protection import (
    Exposure,
    exposures,
    lets_anyone_in,
    refuses_plain_http,
    stored,
)
from mlops_rehearsal.report.tables import table

ABOUT: Final = (
    "Buckets as S3 describes them; keys and networks as the templates of the deployed stacks have "
    "them. What names no key of the platform is encrypted with one of AWS's."
)
NETWORK: Final = (
    *("account", "internet gateways", "NAT gateways", "VPC endpoints"),
    *("rules open to any address", "reachable resources", "Studio's network"),
)
BUCKETS: Final = "Buckets and how each is protected"


def protection_section(report: Report) -> Html:
    """Exposure by account, keys by type, each bucket."""
    deployed = report.deployed
    if not deployed.templates:
        text = "No stack could be read."
        return section("protection", "Encryption and exposure", element("p", text))
    names = report.account_names
    keys = [(code(s.kind), s.number, s.own_key, s.number - s.own_key) for s in stored(deployed)]
    return section(
        "protection",
        "Encryption and exposure",
        element("p", ABOUT),
        table(
            "What connects the networks with the internet",
            NETWORK,
            [_exposure(row, names) for row in exposures(deployed)],
            kind="grid",
        ),
        table(
            "Resources that keep data, by the key that encrypts them",
            ("type", "resources", "platform's key", "AWS's key"),
            keys,
            kind="grid",
        ),
        fold(
            f"{BUCKETS}: {len(deployed.buckets)}",
            table(
                BUCKETS,
                ("bucket", "account", "encrypted", "public access", "without TLS"),
                [_bucket(row, names) for row in deployed.buckets],
            ),
        ),
    )


def unprotected(report: Report) -> list[str]:
    """What is wrong with each bucket that lacks something, in words."""
    return [
        f"{bucket.name}: {fault}"
        for bucket in report.deployed.buckets
        for fault, is_so in (
            ("not encrypted by a rule of its own", not bucket.encryption),
            ("public access is not blocked", not bucket.blocked),
            ("requests without TLS are not refused", not refuses_plain_http(bucket)),
            ("its policy lets anyone in", lets_anyone_in(bucket)),
        )
        if is_so
    ]


def exposed(report: Report) -> list[str]:
    """What the internet may reach, in words."""
    names = report.account_names
    return [
        f"{names.get(row.account, row.account)}: {what}"
        for row in exposures(report.deployed)
        for number, what in (
            (row.open_rules, counted(row.open_rules, "rule open to any address", "open rules")),
            (row.doors, counted(row.doors, "reachable resource")),
            ("PublicInternetOnly" in row.studio, "Studio outside of the network"),
        )
        if number
    ]


def _exposure(row: Exposure, names: dict[str, str]) -> tuple[object, ...]:
    def bad(number: int) -> object:
        return badge("bad", str(number)) if number else "none"

    return (
        names.get(row.account, row.account),
        row.gateways or "none",
        row.nat or "none",
        row.endpoints or "none",
        bad(row.open_rules),
        bad(row.doors),
        row.studio or "no Studio",
    )


def _bucket(bucket: Bucket, names: dict[str, str]) -> tuple[object, ...]:
    kind = "platform's key" if bucket.key else "AWS's key"
    secret = f"{bucket.encryption}, {kind}" if bucket.encryption else ""
    tls = refuses_plain_http(bucket)
    closed = bucket.blocked and not lets_anyone_in(bucket)
    return (
        code(bucket.name),
        names.get(bucket.account, bucket.account),
        secret or badge("bad", "no rule"),
        badge("good", "blocked") if closed else badge("bad", "not blocked"),
        badge("good", "refused") if tls else badge("bad", "let in"),
    )
