"""The CDK app: a stack for each stage, checked by the rules of cdk-nag."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
import cdk_nag

from deploy_app.select_model import chosen
from deploy_app.settings import NONE, Settings
from deploy_app.stack import DeploymentStack
from deploy_app.stage_config import StageConfig, load_parked, load_stage_config

OUTPUT = Path("cdk.out")
# In code, so that a template does not depend on who calls the app.
FEATURE_FLAGS = {
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-s3:createDefaultLoggingPolicy": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
}
NOTHING_TO_DEPLOY = """\
No version of the model is chosen, so there is nothing to deploy.
"""


def synthesise(settings: Settings, output: Path = OUTPUT) -> None:
    """Write a template for each stage, such as `dev.template.json`."""
    version = chosen()
    load = load_stage_config if version != NONE else load_parked
    configs = {
        stage: config
        for stage, role in settings.roles.items()
        if (config := load(stage, role)) is not None
    }
    if not configs:
        output.mkdir(exist_ok=True)
        (output / "README.txt").write_text(NOTHING_TO_DEPLOY, encoding="utf-8")
        return
    build(settings, version, output, configs).synth()


def build(
    settings: Settings,
    version: str,
    output: Path = OUTPUT,
    configs: Mapping[str, StageConfig] | None = None,
) -> cdk.App:
    """The app with a stack for each stage; `synth` fails on an open finding of cdk-nag.

    Args:
        version: the ARN of the model package.
        configs: by stage; nothing: what config/*.yml say.
    """
    app = cdk.App(
        outdir=str(output), analytics_reporting=False, tree_metadata=False, context=FEATURE_FLAGS
    )
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    for stage, role in settings.roles.items():
        stack = DeploymentStack(
            app,
            stage,
            env=cdk.Environment(account=settings.account(stage), region=settings.deployment_region),
            # The pipeline takes the template as it is: there are no assets and no bootstrap rule.
            synthesizer=cdk.BootstraplessSynthesizer(),
            description=f"Project {settings.project_name}: its model in {stage}",
            settings=settings,
            stage=stage,
            config=configs[stage] if configs else load_stage_config(stage, role),
            model_package_arn=version,
        )
        tags = {
            **settings.tags,
            "sagemaker:project-id": settings.project_id,
            "sagemaker:project-name": settings.project_name,
            "sagemaker:deployment-stage": stage,
        }
        for key, value in tags.items():
            cdk.Tags.of(stack).add(key, value)
    return app
