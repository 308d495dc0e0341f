"""The least that the CDK in Python needs for an app's stages: the same resources, as plain data.

One `CfnInclude` makes all resources of a stack in one call, each set gets a pipeline of CDK
Pipelines with its stages, and both rule packs look at everything. There is no configuration, no
repository, no acknowledgement and no construct of ours.
"""

import json
from pathlib import Path

from mlops_commons.assembly.stacks import GOVERNANCE, read_stacks

FLOOR_APP = """\
import json
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import cloudformation_include, pipelines

context = {"aws:cdk:disable-creation-stack-traces": True}
app = cdk.App(analytics_reporting=False, tree_metadata=False, context=context)
env = cdk.Environment(account="100000000000", region="eu-west-1")
stages = json.loads(Path("stages.json").read_text())
for number, templates in enumerate(stages):
    stack = cdk.Stack(app, f"set-{number}", env=env)
    repository = codecommit.Repository.from_repository_name(stack, "Repository", "source")
    source = pipelines.CodePipelineSource.code_commit(repository, "main")
    synth = pipelines.ShellStep("Synth", input=source, commands=["cdk synth"])
    pipeline = pipelines.CodePipeline(stack, "Pipeline", synth=synth)
    for place, template in enumerate(templates):
        stage = cdk.Stage(stack, f"stage-{place}", env=env)
        included = cdk.Stack(stage, "included")
        cloudformation_include.CfnInclude(included, "All", template_file=template)
        pipeline.add_stage(stage)
    pipeline.build_pipeline()
app.synth()
for pack in (cdk_nag.AwsSolutionsChecks(), cdk_nag.NIST80053R5Checks()):
    pack.validate_scope(app)
"""
BOOTSTRAP_PARTS = {"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion"}
"""The CDK adds these to every stack itself."""


def write_floor(folder: Path, assembly: Path) -> Path:
    """Write an app with the stages of an assembly.

    Args:
        folder: gets the app; it must not be there yet.
        assembly: of an app of ours, for however many sets.
    """
    folder.mkdir(parents=True)
    sets: dict[str, list[str]] = {}
    for stack in read_stacks(assembly):
        if stack.role != GOVERNANCE:
            template = json.loads((assembly / stack.template).read_bytes())
            for section, logical_id in BOOTSTRAP_PARTS.items():
                template.get(section, {}).pop(logical_id, None)
            name = stack.template.replace("/", "-")
            (folder / name).write_text(json.dumps(template), encoding="utf-8")
            nested = stack.template.partition("/")[0]
            sets.setdefault(nested.removesuffix(f"-{stack.role}"), []).append(name)
    (folder / "stages.json").write_text(json.dumps([*sets.values()]), encoding="utf-8")
    (folder / "app.py").write_text(FLOOR_APP, encoding="utf-8")
    return folder
