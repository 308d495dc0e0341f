"""What a version's evaluation says, short enough for the text of an approval."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

MAXIMUM_BYTES: Final = 1_000_000
MAXIMUM_TEXT: Final = 120
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""Without the dots of a domain: programs for mail make a link of `evil.example`."""
MORE: Final = ", ..."
WRITTEN_BY_PEOPLE: Final = re.compile("data/")
"""The only folder of the bucket in which personas write (mlops_infra/access/scope.py)."""
NOTHING: Final = "no metric"
REPORT, NO_REPORT = "Report", "no report"
SKILL: Final = "Skill"
"""What the build records with a version, in CustomerMetadataProperties."""
PAGE: Final = re.compile(r"executions/[A-Za-z0-9/_-]{1,200}/report\.html")
NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?")
CONSOLES: Final = {"cn-": "amazonaws.cn", "us-gov-": "amazonaws-us-gov.com"}
"""The console of other partitions (AWS GovCloud (US) User Guide; Amazon Web Services in China)."""


def metric(s3: Any, version: Mapping[str, Any], bucket: str) -> str:
    """Names and numbers of the version's metrics; the project's own code has written them.

    Args:
        bucket: the project's artifact bucket; what lies elsewhere, or where people write, is not
            read.
    """
    quality = version.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    place = urlsplit(str(quality.get("S3Uri", "")))
    key = place.path.removeprefix("/")
    if place.scheme != "s3" or place.netloc != bucket or WRITTEN_BY_PEOPLE.match(key):
        return NOTHING
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
        content = json.loads(answer["Body"].read(MAXIMUM_BYTES))
    # A version without a readable report is approved or not all the same.
    except Exception:
        return "metric not readable"
    return _shortened(", ".join(dict.fromkeys(_numbers(content)))) or NOTHING


def _shortened(text: str) -> str:
    """At most MAXIMUM_TEXT characters, of whole metrics, and saying that there are more."""
    if len(text) <= MAXIMUM_TEXT:
        return text
    return text[: MAXIMUM_TEXT - len(MORE)].rpartition(", ")[0] + MORE


def report(version: Mapping[str, Any], bucket: str, region: str) -> str:
    """Where a person who approves reads the version's report; its URI is the project's own word.

    A link to anything but a report in the project's bucket would be a link of an attacker in a
    mail of the platform.
    """
    recorded = str(version.get("CustomerMetadataProperties", {}).get(REPORT, ""))
    place = urlsplit(recorded)
    key = place.path.removeprefix("/")
    if place.scheme != "s3" or place.netloc != bucket or not PAGE.fullmatch(key):
        return NO_REPORT
    domains = (domain for start, domain in CONSOLES.items() if region.startswith(start))
    console = f"https://{region}.console.{next(domains, 'aws.amazon.com')}"
    return f"{console}/s3/object/{bucket}?region={region}&prefix={key}"


def recorded_skill(version: Mapping[str, Any]) -> str:
    """How good the test set has shown the version, for later comparisons; empty: it says not."""
    recorded = str(version.get("CustomerMetadataProperties", {}).get(SKILL, ""))
    return recorded if NUMBER.fullmatch(recorded) else ""


def _numbers(content: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    if isinstance(content, Mapping) and depth < 8:
        for key, inner in content.items():
            # SageMaker's reports hold {"mse": {"value": 4.5}}.
            yield from _numbers(inner, name if key == "value" else str(key), depth + 1)
    elif isinstance(content, int | float) and NAME.fullmatch(shown := name.replace(".", "_")):
        yield f"{shown} {content:.4g}"
