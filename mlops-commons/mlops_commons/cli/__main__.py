"""`python -m mlops_commons.cli`."""

import sys

from mlops_commons.cli.environments import choose
from mlops_commons.cli.streams import open_closed_streams

open_closed_streams()
sys.argv[1:] = choose(sys.argv[1:])

from mlops_commons.cli.application import main  # noqa: E402 - it reads what has been chosen

main()
