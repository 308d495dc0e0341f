"""axe-core in a real browser: what in a page some people cannot see, read or reach."""

import hashlib
import html
import json
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from browsers import browse

from mlops_commons.cli.environment import child_environment, npm_command
from mlops_commons.utilities.paths import REPOSITORY_ROOT

PINNED = Path(__file__).parents[1] / "axe"
ENVIRONMENTS = REPOSITORY_ROOT / ".venv" / "axe-environments"
TIME = 60_000
"""Milliseconds of the page's own clock, which runs as fast as the page does."""
RUN = """
addEventListener("load", () => setTimeout(async () => {
  document.querySelectorAll("details").forEach((part) => (part.open = true));
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const told = found.violations.map((rule) => [
    rule.id, rule.nodes.map((node) => `${node.target.join(" ")}: ${node.html.slice(0, 120)}`),
  ]);
  const unseen = [];
  for (const part of document.querySelectorAll("a[href], summary, button, input, [tabindex]")) {
    if (part.tabIndex < 0 || !part.getClientRects().length) continue;
    part.focus({ focusVisible: true });
    if (document.activeElement !== part) continue;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
    const drawn = outlineStyle !== "none" && outlineWidth !== "0px";
    if (!drawn && boxShadow === "none") unseen.push(part.outerHTML.slice(0, 120));
  }
  if (unseen.length) told.push(["focus-visible", unseen]);
  const jumps = [...document.querySelectorAll("[tabindex]")].filter((part) => part.tabIndex > 0);
  if (jumps.length) told.push(["tab-order", jumps.map((part) => part.outerHTML.slice(0, 120))]);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 1) told.push(["wider-than-the-window", [`${wide} px`]]);
  parent.postMessage(JSON.stringify(told), "*");
}, 300));
"""
FRAME = """<!doctype html><pre id="found"></pre><script>
addEventListener("message", (e) => (document.getElementById("found").textContent = e.data));
</script><iframe width="{width}" height="900" src="{name}"></iframe>"""


@cache
def axe() -> str:
    """The program, as the lock pins it; installed once for each lock."""
    lock = (PINNED / "package-lock.json").read_bytes()
    folder = ENVIRONMENTS / hashlib.sha256(lock).hexdigest()[:16]
    program = Path("node_modules", "axe-core", "axe.min.js")
    if not (folder / program).is_file():
        ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=ENVIRONMENTS))
        for file in PINNED.glob("package*.json"):
            shutil.copy(file, made)
        # npm's own settings must not leave out what is installed here.
        options = ("ci", "--include=dev", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(
            [*npm_command(), *options], cwd=made, env=child_environment(), check=True, timeout=300
        )
        try:
            made.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(made)
    return (folder / program).read_text(encoding="utf-8")


def violations(folder: Path, page: str, width: int, name: str = "page.html") -> dict[str, Any]:
    """The rules that a page breaks, each with the elements; with them what the keyboard needs.

    Args:
        folder: where the page lies, with what it loads; the browser writes there.
        width: of the window in px.
        name: of the file that is written.
    """
    script = f"{axe()};{RUN}".replace("</script", r"<\/script")
    (folder / name).write_text(
        page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8"
    )
    frame = folder / f"frame-of-{name}"
    frame.write_text(FRAME.format(width=width, name=name), encoding="utf-8")
    window = (f"--window-size={width + 100},1000", f"--virtual-time-budget={TIME}")
    shown = browse(folder, frame, "--dump-dom", *window)
    found = re.search(r'<pre id="found">(.*?)</pre>', shown, re.S)
    assert found and found[1], f"{name} has told nothing"
    return dict(json.loads(html.unescape(found[1])))
