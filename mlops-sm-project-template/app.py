#!/usr/bin/env python3
"""Entry point of the CDK CLI: load the configuration, build the app, synthesise."""

import os

# Before the CDK starts: why its own validator stays off is in docs/decisions/0004-validators.md.
os.environ.setdefault("CDK_VALIDATION", "false")

from cdk_service_catalog.application import build_app
from mlops_commons.cdk.refusals import refusals_in_words
from mlops_commons.cli.errors import reported_errors
from mlops_commons.config import load_config

with reported_errors(), refusals_in_words():
    build_app(load_config()).synth()
