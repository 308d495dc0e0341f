"""Take the picture of a report that the README shows, from the first screen of a recorded one.

Run it with Chromium on PATH: `.venv/bin/python rehearsal/bench/report_picture.py`,
after a change of the report's style or words. `--record evidence.tar` first records the first
screen again, from the archive that `rehearse --evidence evidence.tar` has written.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

from mlops_rehearsal.report.picture import (
    PICTURE,
    RECORDED,
    picture_page,
    recorded,
    with_source,
)
from mlops_rehearsal.report.timeline_svg import ROW

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
WIDTH: Final = 1120
HEADER: Final = 600


def main() -> int:
    """Record where that is asked for, then take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", type=Path, help="an archive of evidence")
    archive = parser.parse_args().record
    if archive:
        text = json.dumps(recorded(evidence(archive)), indent=1, ensure_ascii=False)
        RECORDED.write_text(f"{text}\n", encoding="utf-8")
    content = json.loads(RECORDED.read_text(encoding="utf-8"))
    page = picture_page(content)
    height = HEADER + ROW * len(content["acts"])
    PICTURE.write_bytes(with_source(screenshot(page, height), page))
    print(f"{PICTURE.name}: {PICTURE.stat().st_size // 1024} KiB")
    return 0


def evidence(archive: Path) -> dict[str, Any]:
    """The data of an archive."""
    with tarfile.open(archive) as content:
        member = content.extractfile("evidence.json") or sys.exit(f"no evidence in {archive}")
        found: dict[str, Any] = json.load(member)
    return found


def screenshot(page: str, height: int) -> bytes:
    """The page as Chromium shows it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("no Chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, picture = folder / "page.html", folder / "page.png"
        file.write_text(page, encoding="utf-8")
        subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--screenshot={picture}", f"--window-size={WIDTH},{height}"),
                *(f"--user-data-dir={folder / 'profile'}", file.as_uri()),
            ],
            capture_output=True,
            check=True,
        )
        return picture.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
