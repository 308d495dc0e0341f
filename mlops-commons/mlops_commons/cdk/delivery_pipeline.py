"""The self-mutating pipeline that delivers an app to the accounts of a set."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import pipelines
from constructs import Construct

from mlops_commons.builds import NO_BUILDS, TRUST, Builds
from mlops_commons.cdk.build_network import join_network
from mlops_commons.cdk.delivery_findings import acknowledge_pipeline
from mlops_commons.cdk.lost_events import LostEvents
from mlops_commons.cdk.notices import Notices
from mlops_commons.cdk.pipeline_source import PipelineSource
from mlops_commons.cdk.policies import policy_statement
from mlops_commons.cdk.replication import secure_replication
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.iam.key_policies import log_groups_of_this_stack
from mlops_commons.utilities import names

BUILD_IMAGE = "aws/codebuild/standard:8.0"
RUNTIME_VERSIONS = {"python": "3.13", "nodejs": "22"}
EXPIRATION = cdk.Duration.days(180)
"""Of artifacts, wherever they are copied."""


class DeliveryPipeline(Construct):
    """Source, synth, self-mutation and assets; `add_stage` adds stages, `build` ends it.

    Exposes `artifact_bucket` and `pipeline` (a `pipelines.CodePipeline`). A topic with the name of
    the pipeline is told of approvals that wait, of runs that fail and of pushes that start none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pipeline_name: str,
        artifact_bucket_name: str,
        source: PipelineSource,
        synth_commands: Sequence[str],
        assembly_directory: str,
        cdk_version: str,
        cdk_assets_version: str,
        notify: Sequence[str] = (),
        key: kms.IKey | None = None,
        builds: Builds = NO_BUILDS,
    ) -> None:
        """Create the pipeline.

        Args:
            synth_commands: run at the root of the repository; they must fail on any finding.
            assembly_directory: the cloud assembly that they leave, relative to the root.
            cdk_version: the CDK CLI of self-mutation, the same that synthesises.
            cdk_assets_version: the tool that publishes assets.
            notify: e-mail addresses that hear of approvals that wait, and of what fails.
            key: an existing one for artifacts, notices and logs; by default one is made.
            builds: how its builds reach packages; by default over the internet.
        """
        super().__init__(scope, construct_id)
        self._source = source
        self._builds = builds
        self.artifact_bucket = SecureBucket(
            self,
            "Artifacts",
            bucket_name=artifact_bucket_name,
            expiration=EXPIRATION,
            key=key,
        )
        self._notices = Notices(
            self,
            "Notices",
            key=self.artifact_bucket.own_key,
            name=names.notices_topic(pipeline_name),
            emails=notify,
        )
        self._notices.tell_of_failures(pipeline_name)
        synth = pipelines.CodeBuildStep(
            "Synth",
            input=source.input(),
            commands=list(synth_commands),
            primary_output_directory=assembly_directory,
            partial_build_spec=codebuild.BuildSpec.from_object(
                {"phases": {"install": {"runtime-versions": RUNTIME_VERSIONS}}}
            ),
        )
        self.pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            pipeline_name=pipeline_name,
            pipeline_type=codepipeline.PipelineType.V2,
            artifact_bucket=self.artifact_bucket,
            cross_account_keys=True,
            enable_key_rotation=True,
            synth=synth,
            cli_version=cdk_version,
            cdk_assets_cli_version=cdk_assets_version,
            use_pipeline_role_for_actions=True,
            publish_assets_in_parallel=False,
            # One support stack shared by the pipelines of all sets would be deployed by each of
            # them at the same time, and belong to whichever came first.
            reuse_cross_region_support_stacks=False,
            code_build_defaults=pipelines.CodeBuildOptions(
                build_environment=codebuild.BuildEnvironment(
                    build_image=codebuild.LinuxBuildImage.from_code_build_image_id(BUILD_IMAGE),
                    compute_type=codebuild.ComputeType.SMALL,
                    privileged=False,
                    environment_variables=self._environment(),
                ),
                partial_build_spec=self._trust(),
                logging=codebuild.LoggingOptions(
                    cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=self._log_group())
                ),
            ),
        )

    def _environment(self) -> dict[str, codebuild.BuildEnvironmentVariable]:
        named = self._builds.environment(cdk.Stack.of(self).region)
        return {
            name: codebuild.BuildEnvironmentVariable(value=value) for name, value in named.items()
        }

    def _trust(self) -> codebuild.BuildSpec | None:
        """What comes before all commands of every build."""
        if not self._builds.ca_certificates:
            return None
        return codebuild.BuildSpec.from_object({"phases": {"install": {"commands": [TRUST]}}})

    def _log_group(self) -> logs.LogGroup:
        """Of all builds, which each start with a stream of their own."""
        key = self.artifact_bucket.own_key
        key.add_to_resource_policy(policy_statement(log_groups_of_this_stack()))
        return logs.LogGroup(
            self,
            "BuildLogs",
            encryption_key=key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _keep_lost_pushes(self) -> None:
        """A git host tells CodePipeline itself; what a rule of ours would lose is kept."""
        found = self._source.follow(self.pipeline.pipeline)
        if not found:
            return
        LostEvents(
            self,
            "LostPushes",
            rules=found,
            topic=self._notices.topic,
            remedy="A push has not started the pipeline: start it, see docs/troubleshooting.md",
        )

    def add_stage(self, stage: cdk.Stage, *, manual_approval: bool, comment: str = "") -> None:
        """Deliver a stage after those added before, waiting for a person first if asked to.

        Args:
            comment: what the person reads.
        """
        step = pipelines.ManualApprovalStep(
            f"approve-{stage.node.id}",
            comment=comment or None,
            notification_topic=self._notices.topic,
        )
        approvals = [step]
        self.pipeline.add_stage(stage, pre=approvals if manual_approval else [])

    def build(self) -> None:
        """Make the actions of everything added; nothing can be added afterwards."""
        self.pipeline.build_pipeline()
        self._keep_lost_pushes()
        acknowledge_pipeline(self.pipeline, self.artifact_bucket)
        if self._builds.vpc:
            join_network(self, self._builds.vpc, self.pipeline)
        for support in self.pipeline.pipeline.cross_region_support.values():
            secure_replication(self.pipeline, support, expiration=EXPIRATION)
