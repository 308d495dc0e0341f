"""The kinds of values in the configuration files, each read from text."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic_core import CoreSchema, core_schema

RESERVED_RANGES: Final = {
    "0.0.0.0/8": "which no VPC may have",
    "127.0.0.0/8": "which no VPC may have",
    "169.254.0.0/16": "which AWS uses for metadata, DNS and time",
    "224.0.0.0/3": "which is for multicast and reserved",
}
"""Amazon VPC User Guide, "VPC CIDR blocks": what cannot be the range of a VPC."""
AS_WRITTEN: Final = "as written"
"""Validation context: what has a wrong shape stays, since it is reported already."""


class ConfigModel(BaseModel):
    """A block of a file: no unknown keys, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@cache
def _partitions() -> list[dict[str, Any]]:
    # The file is read without importing botocore, which takes half a second.
    package = find_spec("botocore")
    assert package and package.origin
    file = Path(package.origin).parent / "data" / "partitions.json"
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["partitions"]
    return found


def url_suffix(region: str) -> str:
    """What the names of services end with, as `AWS::URLSuffix` says it: `amazonaws.com`."""
    partition = region_partitions().get(region, "aws")
    return next(str(p["outputs"]["dnsSuffix"]) for p in _partitions() if p["id"] == partition)


@cache
def region_partitions() -> dict[str, str]:
    """Each region of botocore's own data and its partition, such as `aws-cn`."""
    return {
        region: part["id"]
        for part in _partitions()
        for region in part["regions"]
        if not region.endswith("-global")
    }


LEAST_ALIKE: Final = 0.6
"""From where on one word may be meant by another (difflib.get_close_matches has the same)."""
AS_GOOD: Final = 0.15
"""How much less alike a second proposal may be than the first."""


def nearest(value: str, known: Iterable[str]) -> str:
    """`did you mean ...` for the closest known texts, or nothing."""
    from difflib import SequenceMatcher  # needed only when something is wrong

    alike = {word: SequenceMatcher(None, word, value).ratio() for word in known}
    best = sorted(alike, key=lambda word: (-alike[word], word))[:3]
    close = [word for word in best if alike[word] >= max(LEAST_ALIKE, alike[best[0]] - AS_GOOD)]
    return f"did you mean {' or '.join(repr(word) for word in close)}" if close else ""


@dataclass(frozen=True)
class Shape:
    """A check of a whole text against a pattern, named in the message and in the schema."""

    pattern: str
    what: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self.pattern})$"}

    def _checked(self, value: str, info: ValidationInfo) -> str:
        if info.context != AS_WRITTEN and not re.fullmatch(self.pattern, value):
            # A pattern of what may not follow explains nothing; `what` says it in words then.
            rule = "" if "(?!" in self.pattern else f"; it must match {self.pattern}"
            raise ValueError(f"'{value}' is not {self.what}{rule}")
        return value


MOST_OF_A_PATH: Final = 512
"""IAM User Guide, "IAM and AWS STS quotas": a path, the slashes at both ends included."""


def named_in_iam(most: int) -> AfterValidator:
    """A check of how long the name and the path of a policy or of a role are.

    Args:
        most: characters of the name, which is the last part of the value; what stands between the
            first slash, if any is left of it, and the name is the path.
    """

    def check(value: str, info: ValidationInfo) -> str:
        if info.context == AS_WRITTEN:
            return value
        whole = value.rpartition(":")[2] if value.startswith("arn:") else f"/{value}"
        path, _, name = f"/{whole.partition('/')[2]}".rpartition("/")
        if len(name) > most:
            raise ValueError(f"'{name}' has {len(name)} characters; IAM allows {most}")
        if len(path) + 1 > MOST_OF_A_PATH:
            raise ValueError(f"'{path}/' has {len(path) + 1} characters; IAM allows 512 in a path")
        return value

    return AfterValidator(check)


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def lowered(value: Any) -> Any:
    """A text in lower case, without spaces around it."""
    return value.strip().lower() if isinstance(value, str) else value


def of_text(check: Callable[[str], str]) -> BeforeValidator:
    """A check of a text before its shape is checked; what is no text stays, and is told as that."""
    return BeforeValidator(lambda value: check(value) if isinstance(value, str) else value)


def _whole(value: Any) -> Any:
    """Only digits: `3.0`, `+3` and `0_3` are no numbers that people write."""
    if isinstance(value, str) and not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        raise ValueError(f"'{value[:80]}' is not a whole number")
    return value


def _region(value: str, info: ValidationInfo) -> str:
    known = region_partitions()
    if value in known or info.context == AS_WRITTEN:
        return value
    family = sorted(region for region in known if region.split("-")[0] == value.split("-")[0])
    hint = nearest(value, known) or f"allowed: {', '.join(family or sorted(known))}"
    raise ValueError(f"'{value}' is not a region of AWS; {hint}")


def _network(value: str) -> str:
    try:
        if not re.fullmatch(r"[0-9.]+/[0-9]{1,2}", value):
            raise ValueError("an address, a slash and a number of bits are needed")
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"'{value}' is not an IPv4 network such as 10.0.0.0/16: {error}") from None
    if not 16 <= network.prefixlen <= 28:
        raise ValueError(f"'{value}' has the mask /{network.prefixlen}; a VPC allows /16 to /28")
    for reserved, why in RESERVED_RANGES.items():
        if network.overlaps(ipaddress.IPv4Network(reserved)):
            raise ValueError(f"'{value}' is in {reserved}, {why}; take a private range")
    return str(network)


WHOLE: Final = BeforeValidator(_whole)
"""Goes after the limits of a number, which the schema would lose otherwise."""
Text = Annotated[str, BeforeValidator(_trimmed)]
PolicyArn = Annotated[
    Text,
    Shape(
        "arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]+",
        "the ARN of an IAM policy",
    ),
    named_in_iam(128),
]
"""API_Policy, PolicyName and Path."""
Account = Annotated[
    Text, Shape("[0-9]{12}", "an account id: 12 digits are needed"), Field(description="12 digits")
]
Region = Annotated[
    str,
    BeforeValidator(lowered),
    AfterValidator(_region),
    Field(
        description="such as eu-west-1",
        # Read when a schema is written, not whenever a file is loaded.
        json_schema_extra=lambda schema: schema.update(enum=sorted(region_partitions())),
    ),
]


def _route(value: str) -> str:
    try:
        return str(ipaddress.IPv4Network(value))
    except ValueError as error:
        raise ValueError(f"'{value}' is not an IPv4 network such as 10.0.0.0/8: {error}") from None


RouteRange = Annotated[Text, AfterValidator(_route)]
NetworkRange = Annotated[Text, AfterValidator(_network)]
RESOURCE_ID: Final = "[0-9a-f]{8}([0-9a-f]{9})?"
VpcId = Annotated[Text, Shape(f"vpc-{RESOURCE_ID}", "a VPC id")]
SubnetId = Annotated[Text, Shape(f"subnet-{RESOURCE_ID}", "a subnet id")]
SecurityGroupId = Annotated[Text, Shape(f"sg-{RESOURCE_ID}", "a security group id")]
Branch = Annotated[
    Text,
    Shape(
        r"(?!HEAD$|@$|refs/|[-./])(?!.*(\.\.|//|/\.|@[{]|\.lock(/|$)|[./]$))"
        r"[^\s~^:?*\[\\\x00-\x1f\x7f]{1,256}",
        "the name of a branch: without spaces, ~ ^ : ? * [ \\, .. and //, and no '-' in front",
    ),
]
"""git-check-ref-format(1); 256 characters at most: BranchName, CodeCommit API Reference."""
Provider = Annotated[Text, Shape(r".{1,50}", "a name of up to 50 characters")]
LABEL: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
"""RFC 1035, 2.3.1: of the name of a host."""
WORD: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
"""RFC 5322, 3.2.3, `atext`: what needs no quotes before the @."""
Email = Annotated[
    Text,
    Shape(
        rf"(?![^@]{{65}})(?!.{{255}}){WORD}(\.{WORD})*@({LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}"
        r"[A-Za-z0-9])?",
        "an e-mail address such as ml@example.com: letters of ASCII with single dots between them, "
        "and a domain with a dot in it",
    ),
]
"""RFC 5321, 2.3.5 and 4.1.2, 4.5.3.1: a dot-string of up to 64 characters, and 254 in all, at a
domain's full name. Amazon SES, by which AWS sends, takes 7-bit ASCII there (SES Developer Guide,
"Sending raw email")."""
WebAddress = Annotated[
    Text, Shape(r"https?://[^\s/]\S{0,2074}", "a web address such as https://example.com/ml")
]
"""CreatePortfolio and CreateProduct, Service Catalog API Reference: how long they may be."""
Prefix = Annotated[Text, Shape("[A-Za-z][A-Za-z0-9-]*", "a name of letters, digits and hyphens")]
StageText = Annotated[
    Text, Shape("[A-Za-z][A-Za-z0-9-]+", "a stage name of two or more letters, digits, hyphens")
]
SetName = Annotated[
    Text,
    Shape("[A-Za-z0-9][A-Za-z0-9-]*", "a set name of letters, digits and hyphens"),
]
