"""Graphs laid out by the pinned Graphviz, which runs in node as WebAssembly."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from mlops_commons.diagrams.dot import FONT
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

PROGRAM: Final = Path(__file__).with_name("layout.mjs")
LIBRARY: Final = Path("node_modules", "@viz-js", "viz", "package.json")
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_HEADING: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
FONTS: Final = f"Helvetica,Arial,{FONT},sans-serif"
"""What a picture asks a browser for; the boxes are made for the widest."""
MARK: Final = "<!-- written by ./mlops-multi-account.sh generate -->\n"


def laid_out(
    graphs: Sequence[str], environment: Mapping[str, str], root: Path = REPOSITORY_ROOT
) -> list[str]:
    """One SVG for each graph; the same graph gives the same bytes on every machine.

    Args:
        graphs: texts in Graphviz's language.
        environment: that of node, with node on its PATH.

    Raises:
        PlatformError: the library is not installed, or it refuses a graph.
    """
    node = shutil.which("node", path=environment["PATH"])
    if node is None or not (root / LIBRARY).is_file():
        raise PlatformError(
            f"the pinned layout library is not installed: {root / LIBRARY}",
            hint="install it with: ./mlops-multi-account.sh --version",
        )
    done = subprocess.run(
        [node, str(PROGRAM)],
        input=json.dumps(list(graphs)),
        env=dict(environment),
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(
            f"the pictures cannot be laid out: {done.stderr.strip()[-1000:]}",
            hint="install the pinned node tools again: rm -rf node_modules .venv",
        )
    return [_finished(svg) for svg in json.loads(done.stdout)]


def _finished(svg: str) -> str:
    """Without the comments that repeat keys and name a version, and with the mark of its verb."""
    text = _COMMENT.sub("", _HEADING.sub("", svg))
    return MARK + text.replace(f'font-family="{FONT}"', f'font-family="{FONTS}"')
