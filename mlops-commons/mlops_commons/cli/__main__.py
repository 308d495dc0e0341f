"""`python -m mlops_commons.cli`."""

from mlops_commons.cli.application import main

main()
