"""Faults of the files of a checkout."""

from typing import Final

from planted.fault import FileFault

CDK_APP: Final = "mlops-commons/mlops_commons/config/cdk-app.yml"
PROD: Final = "stage_name: prod\n          "
PRODUCT: Final = "mlops-sm-project-template/cdk_service_catalog/products/basic/product.py"
DEFINITION: Final = "PRODUCT = ProductDefinition(\n"
WITH_IMAGE: Final = """\
from pathlib import Path

from aws_cdk import aws_ecr_assets

from cdk_service_catalog.project.project_stack import ProjectStack


class WithImage(ProjectStack):
    def __init__(self, scope, construct_id, *, context):
        super().__init__(scope, construct_id, context=context)
        folder = Path(__file__).parents[1] / "byoc" / "seed_code" / "build_app" / "container"
        aws_ecr_assets.DockerImageAsset(self, "Image", directory=str(folder))


"""

FILE_FAULTS: Final = (
    FileFault(
        "a name over its limit",
        "too long|characters",
        ((CDK_APP, "set_name: business-unit-1", "set_name: " + "u" * 90),),
    ),
    FileFault(
        "two stages in one account without namespaces",
        "parameter_namespace",
        ((CDK_APP, "333333333333", "222222222222"),),
    ),
    FileFault(
        "a wrong region in a deploy action",
        "cannot deploy outside of dev's region",
        ((CDK_APP, f"{PROD}account", f"{PROD}region: eu-west-3\n          account"),),
    ),
    FileFault(
        "a product with a Docker image asset",
        "container image .* cannot be published with a product",
        ((PRODUCT, DEFINITION, f"{WITH_IMAGE}{DEFINITION}    stack=WithImage,\n"),),
    ),
)
