"""Tests are about a configuration of their own, so that yours may say what it likes."""

from pathlib import Path

import deploy_app.stage_files

deploy_app.stage_files.FOLDER = Path(__file__).with_name("config")
