"""Choose the version to deploy: the one that an event names, or the newest approved one."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from deploy_app.besides import fetch
from deploy_app.errors import DeployError
from deploy_app.settings import Settings, load_settings

FILE = Path("model.json")
NEWEST, NONE = "latest", "none"
APPROVED = "Approved"


def main() -> int:
    """Write `model.json`, or print what is chosen in it; without a version that is `none`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chosen", action="store_true", help="print the ARN in model.json")
    if parser.parse_args().chosen:
        print(chosen())
        return 0
    import boto3

    try:
        settings = load_settings()
        client = boto3.client("sagemaker", region_name=settings.deployment_region)
        arn = select(client, settings)
        missing = fetch(settings) if arn != NONE else ""
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    arn = NONE if missing else arn
    FILE.write_text(json.dumps({"model_package_arn": arn}, indent=2) + "\n", encoding="utf-8")
    if missing:
        print(f"{missing}: nothing is deployed")
    elif arn == NONE:
        print(
            f"no version of '{settings.model_package_group_name}' is approved yet: nothing is "
            "deployed. Approve one in the model registry and this pipeline starts by itself."
        )
    else:
        print(f"deploys {arn}")
    return 0


def select(client: Any, settings: Settings) -> str:
    """The ARN of the version, or `none`."""
    wanted = settings.model_package_arn
    if wanted not in ("", NEWEST, NONE):
        status = client.describe_model_package(ModelPackageName=wanted)["ModelApprovalStatus"]
        if status == APPROVED:
            return wanted
        print(f"{wanted} is {status}; looking for the newest version that is approved")
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=settings.model_package_group_name,
        ModelApprovalStatus=APPROVED,
        SortBy="CreationTime",
        # The default is ascending, the oldest version first.
        SortOrder="Descending",
    )
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            arn: str = summary["ModelPackageArn"]
            return arn
    return NONE


def chosen(file: Path = FILE) -> str:
    """What was chosen before.

    Raises:
        DeployError: nothing was.
    """
    try:
        arn: str = json.loads(file.read_text(encoding="utf-8"))["model_package_arn"]
    except (OSError, ValueError, KeyError) as error:
        raise DeployError(
            f"there is no choice of a model version in {file} ({error}); "
            "make it with: python -m deploy_app.select_model"
        ) from None
    return arn


if __name__ == "__main__":
    sys.exit(main())
