"""How the files of products reach AWS: templates for Service Catalog, assets for launches."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_servicecatalog as servicecatalog
from constructs import Construct, IConstruct

from cdk_service_catalog.portfolio.launchable import as_text
from cdk_service_catalog.project.props import Template


def published_template(
    scope: Construct, slug: str, content: Template
) -> servicecatalog.CloudFormationTemplate:
    """A template that is published together with the stack, as the CDK's own product stacks are.

    It goes to the bucket of the CDK's bootstrap, from which Service Catalog takes a copy.
    """
    stack = cdk.Stack.of(scope)
    text = as_text(content)
    outdir = _outdir(stack)
    file = outdir / f"{stack.artifact_id}-{slug}.product.template.json"
    file.write_text(text, encoding="utf-8")
    location = _published(stack, outdir, file, hashlib.sha256(text.encode()).hexdigest())
    return servicecatalog.CloudFormationTemplate.from_url(location.http_url)


def copy_to_bucket(bucket: s3.Bucket, files: Mapping[str, Path]) -> None:
    """Publish files with the stack and copy them to a bucket when it is deployed.

    What an earlier version of a product names stays there: projects of it still exist.

    Args:
        files: at least one, by their key in the bucket, whose beginning is a hash of the content.
    """
    stack = cdk.Stack.of(bucket)
    outdir = _outdir(stack)
    locations = [
        _published(stack, outdir, file, key.partition(".")[0])
        for key, file in sorted(files.items())
    ]
    source = s3.Bucket.from_bucket_name(stack, "Bootstrap", locations[0].bucket_name)
    deployment = s3_deployment.BucketDeployment(
        bucket,
        "ProductAssetsDeployment",
        sources=[s3_deployment.Source.bucket(source, found.object_key) for found in locations],
        destination_bucket=bucket,
        extract=False,
        prune=False,
        retain_on_delete=True,
        output_object_keys=False,
    )
    # A function that is invoked before its log group is there makes one of that name itself, which
    # CloudFormation then refuses to adopt. The whole deployment would wait with its function.
    log_group = copying_function(stack).node.find_child("LogGroup")
    deployment.node.find_child("CustomResource").node.add_dependency(log_group)


def copying_function(stack: cdk.Stack) -> IConstruct:
    """The CDK's function that copies files to a bucket, one for all of a stack."""
    return next(child for child in stack.node.children if "CDKBucketDeployment" in child.node.id)


def _published(
    stack: cdk.Stack, outdir: Path, file: Path, content_hash: str
) -> cdk.FileAssetLocation:
    return stack.synthesizer.add_file_asset(
        source_hash=content_hash,
        file_name=os.path.relpath(file, outdir),
        packaging=cdk.FileAssetPackaging.FILE,
    )


def _outdir(stack: cdk.Stack) -> Path:
    stage = cdk.Stage.of(stack)
    assert stage is not None
    return Path(stage.outdir)
