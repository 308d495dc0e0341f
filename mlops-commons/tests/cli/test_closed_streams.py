"""Programs that are started without standard streams, as services start them."""

import subprocess
import sys

import pytest
from command_lines import environment_of

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

ENTRY = "mlops_commons.cli"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("verb", ["config validate", "costs", "config show", "config explain tags"])
def test_a_verb_with_a_closed_stream_ends_as_with_an_open_one(verb: str, closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -m {ENTRY} {verb} {closed}"],
        cwd=REPOSITORY_ROOT,
        env=environment_of(REPOSITORY_ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr


def test_child_programs_write_nowhere_too() -> None:
    code = (
        "import subprocess, sys; from mlops_commons.cli.streams import open_closed_streams; "
        "open_closed_streams(); print('lost'); sys.stdout.flush(); "
        "sys.exit(subprocess.run(['/bin/sh', '-c', 'echo lost']).returncode)"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -c \"$0\" >&-", code],
        env=environment_of(REPOSITORY_ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
