"""Ask axe-core, in a headless browser, whether people can read and use a report or the live page.

Run it with npm and Chromium on PATH:
`.venv/bin/python rehearsal/bench/accessibility.py build/rehearsal-report.html`, or with `--live`
for the page of `rehearse --watch`. Each is looked at as on a desktop and a telephone, light and
dark, with everything unfolded. The exit code is 1 when something of WCAG 2.2 AA is violated.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mlops_rehearsal.acts.table import ACTS
from mlops_rehearsal.watch import server
from mlops_rehearsal.watch.scene import Scene

AXE: Final = "axe-core@4.10.3"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
WIDTHS: Final = (1400, 390)
DARK: Final = "(prefers-color-scheme: dark)"
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ASK: Final = """
<script>{axe}</script>
<script>
  addEventListener("load", async () => {{
    document.querySelectorAll("details").forEach((part) => (part.open = true));
    const asked = {{ runOnly: {tags}, resultTypes: ["violations"] }};
    const found = await axe.run(document, asked);
    const rows = found.violations.map((rule) => [
      rule.id, rule.impact, rule.nodes.length, rule.help, rule.nodes[0].target.join(" "),
    ]);
    const said = document.createElement("script");
    said.type = "application/json";
    said.id = "axe-found";
    said.textContent = JSON.stringify([rows, found.passes.length]).replaceAll("<", "");
    document.body.append(said);
  }});
</script>
"""
ONE_MESSAGE: Final = """
<script>
  class EventSource {{
    constructor() {{ setTimeout(() => this.onmessage({{ data: {news} }}), 0); }}
    addEventListener() {{}}
    close() {{}}
  }}
</script>
"""


def main() -> int:
    """Print a row for each violation, and return 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", nargs="?", type=Path, help="a report that rehearse has written")
    parser.add_argument("--live", action="store_true", help="the live page")
    arguments = parser.parse_args()
    if not arguments.live and not arguments.report:
        parser.error("name a report, or --live")
    text = live_page() if arguments.live else arguments.report.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        axe = installed(Path(folder))
        found = [row for shown in looks(text) for row in violations(Path(folder), axe, *shown)]
    print(f"{len(found)} violations" if found else "no violations")
    return int(bool(found))


def installed(folder: Path) -> str:
    """The program of axe-core, installed where nothing else sees it."""
    npm = shutil.which("npm") or sys.exit("npm is not on PATH")
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    subprocess.run([npm, "install", *options, AXE], cwd=folder, check=True)
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def looks(text: str) -> Iterator[tuple[str, int, str]]:
    """The page in each width and theme, with a name for each."""
    for width in WIDTHS:
        yield f"{width} px, light", width, text.replace(DARK, "(max-width: 0)")
        yield f"{width} px, dark", width, text.replace(DARK, "(min-width: 0)")


def live_page() -> str:
    """The live page after one message, in one file."""
    folder = Path(server.__file__).parent
    scene = Scene(ACTS)
    scene.begins(ACTS[0])
    scene.say("an account")
    news = json.dumps(json.dumps({"scene": scene.snapshot(), "times": scene.times()}))
    text = (folder / "page.html").read_text(encoding="utf-8")
    style = f"<style>{(folder / 'watch.css').read_text(encoding='utf-8')}</style>"
    script = f"<script>{(folder / 'watch.js').read_text(encoding='utf-8')}</script>"
    text = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: style, text)
    text = re.sub(r"<script src=.*?</script>", "", text)
    return text.replace("</body>", f"{ONE_MESSAGE.format(news=news)}{script}</body>")


def violations(folder: Path, axe: str, name: str, width: int, text: str) -> list[Any]:
    """What axe says of one look; each is printed."""
    file = folder / "page.html"
    asked = ASK.format(axe=axe.replace("</script", "<\\/script"), tags=json.dumps(TAGS))
    file.write_text(text.replace("</body>", f"{asked}</body>"), encoding="utf-8")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("no Chromium")
    done = subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--virtual-time-budget=120000", f"--window-size={width},2000"),
            *(f"--user-data-dir={folder / 'profile'}", file.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    answer = re.search(r'id="axe-found">(.*?)</script>', done.stdout, re.DOTALL)
    if not answer:
        sys.exit(f"{name}: axe has not answered")
    rows, passed = json.loads(answer[1])
    print(f"{name}: {len(rows)} violated, {passed} rules passed")
    for rule, impact, count, said, first in rows:
        print(f"  {rule} ({impact}), {count} places: {said}; first: {first}")
    return list(rows)


if __name__ == "__main__":
    sys.exit(main())
