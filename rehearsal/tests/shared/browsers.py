"""A real browser on this machine, without a window."""

import shutil
import subprocess
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), "")
needs_a_browser = pytest.mark.skipif(
    not BROWSER, reason=f"no browser on PATH: {', '.join(BROWSERS)}"
)
ALONE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""No window, and no call to anybody for updates."""


def browse(folder: Path, file: Path, *options: str) -> str:
    """What the browser prints; its profile goes with the folder."""
    done = subprocess.run(
        [BROWSER, *ALONE, f"--user-data-dir={folder / 'profile'}", *options, file.as_uri()],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    return done.stdout
