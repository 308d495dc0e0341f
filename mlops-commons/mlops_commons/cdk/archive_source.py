"""An archive in S3 that `publish` uploads, for regions and accounts without a git service."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import Construct

from mlops_commons.cdk.delivered_app import DeliveredApp
from mlops_commons.cdk.existing_key import existing_key
from mlops_commons.cdk.pipeline_source import FetchedSource
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.delivery_source import ARCHIVE_KEY
from mlops_commons.iam.statements import Statement
from mlops_commons.organization import NO_ORGANIZATION, KeyPurpose, Organization


class ArchiveStack(cdk.Stack):
    """The bucket with the archive of a set; exposes `bucket`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        delivered_app: DeliveredApp,
        set_name: str,
        bucket_name: str,
        org: Organization = NO_ORGANIZATION,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description=f"{delivered_app.title}: the archive with the code of account set "
            f"'{set_name}'",
        )
        self.bucket = SecureBucket(
            self,
            "Archive",
            bucket_name=bucket_name,
            key=existing_key(self, "DeliveriesKey", org, KeyPurpose.DELIVERIES),
        )
        resource = self.bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        # The CDK's own switch makes a function for what is a property of the bucket.
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )


class ArchiveSource:
    """The newest version of an archive."""

    def __init__(self, scope: Construct, *, bucket: SecureBucket, bucket_name: str) -> None:
        self._scope = scope
        self._bucket = bucket
        self._name = bucket_name

    def input(self) -> pipelines.CodePipelineSource:
        """The archive; a rule follows it, so CodePipeline does not ask every minute."""
        where = f"arn:{cdk.Stack.of(self._scope).partition}:s3:::{self._name}"
        return FetchedSource(
            provider="S3",
            configuration={
                "S3Bucket": self._name,
                "S3ObjectKey": ARCHIVE_KEY,
                "PollForSourceChanges": False,
            },
            statements=[
                # CodePipeline User Guide, "Add permissions to the service role": Amazon S3.
                Statement(
                    sid="ReadArchive",
                    actions=("s3:GetObject", "s3:GetObjectVersion"),
                    resources=(f"{where}/{ARCHIVE_KEY}",),
                ),
                Statement(
                    sid="ReadItsBucket",
                    actions=("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"),
                    resources=(where,),
                ),
                Statement(
                    sid="DecryptArchive",
                    actions=("kms:Decrypt",),
                    resources=(self._bucket.own_key.key_arn,),
                ),
            ],
        )

    def follow(self, pipeline: codepipeline.Pipeline) -> Sequence[events.CfnRule]:
        """An upload starts a run (Amazon S3 User Guide, "EventBridge event message structure")."""
        rule = events.Rule(
            self._scope,
            "Upload",
            description=f"Starts the pipeline when {ARCHIVE_KEY} is uploaded",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [self._name]}, "object": {"key": [ARCHIVE_KEY]}},
            ),
            targets=[targets.CodePipeline(pipeline)],
        )
        resource = rule.node.default_child
        assert isinstance(resource, events.CfnRule)
        return [resource]
