"""`get-pipeline-definition`: the compiled pipeline as JSON, without a call to AWS."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from ml_pipelines.discovery import get_pipeline, pipeline_modules
from ml_pipelines.settings import EXAMPLE, Settings, SettingsError


def main() -> int:
    """Print or write the definition; exit code 1 says why there is none."""
    arguments = _arguments()
    try:
        settings = EXAMPLE if arguments.example else Settings.from_environment(os.environ)
        definition = get_pipeline(arguments.module_name, settings).definition()
    except (SettingsError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text = json.dumps(json.loads(definition), indent=2, sort_keys=True) + "\n"
    if arguments.file_name:
        Path(arguments.file_name).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    add_module(parser)
    parser.add_argument("--file-name", "-f", help="write the definition to this file")
    parser.add_argument("--example", action="store_true", help="for a project that does not exist")
    return parser.parse_args()


def add_module(parser: argparse.ArgumentParser) -> None:
    """The option that chooses one of the repository's pipelines."""
    known = pipeline_modules()
    parser.add_argument(
        "--module-name", "-n", choices=known, default=known[0], help="which pipeline"
    )


if __name__ == "__main__":
    sys.exit(main())
