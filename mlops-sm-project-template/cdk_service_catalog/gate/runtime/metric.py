"""What a version's evaluation says, short enough for the text of an approval."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

MAXIMUM_BYTES: Final = 1_000_000
MAXIMUM_TEXT: Final = 120
NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
NOTHING: Final = "no metric"


def metric(s3: Any, version: Mapping[str, Any], bucket: str) -> str:
    """Names and numbers of the version's metrics; the project's own code has written them.

    Args:
        bucket: the project's artifact bucket; what lies elsewhere is not read.
    """
    quality = version.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    place = urlsplit(str(quality.get("S3Uri", "")))
    if place.scheme != "s3" or place.netloc != bucket:
        return NOTHING
    try:
        answer = s3.get_object(Bucket=bucket, Key=place.path.removeprefix("/"))
        content = json.loads(answer["Body"].read(MAXIMUM_BYTES))
    # A version without a readable report is approved or not all the same.
    except Exception:
        return "metric not readable"
    return ", ".join(dict.fromkeys(_numbers(content)))[:MAXIMUM_TEXT] or NOTHING


def _numbers(content: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    if isinstance(content, Mapping) and depth < 8:
        for key, inner in content.items():
            # SageMaker's reports hold {"mse": {"value": 4.5}}.
            yield from _numbers(inner, name if key == "value" else str(key), depth + 1)
    elif isinstance(content, int | float) and NAME.fullmatch(name):
        yield f"{name} {content:.4g}"
