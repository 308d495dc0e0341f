#!/usr/bin/env python3
"""Entry point of the CDK CLI: load the configuration, build the app, synthesise."""

import os
import sys

# Before the CDK starts: why its own validator stays off is in docs/decisions/0004-validators.md.
os.environ.setdefault("CDK_VALIDATION", "false")

from mlops_commons.cli.errors import reported_errors
from mlops_commons.config import load_config
from mlops_commons.utilities.shares import side_by_side

with reported_errors():
    config = load_config()
    with side_by_side(len(config.enabled_deployments), sys.argv[1:]) as share:
        # The CDK takes a second to load, in which other processes have begun.
        from mlops_commons.cdk.refusals import refusals_in_words
        from mlops_infra.application import build_app

        with refusals_in_words():
            build_app(config, share=share).synth()
