"""Faults of the files of a checkout."""

from typing import Final

from planted.fault import FileFault

CDK_APP: Final = "mlops-commons/mlops_commons/config/cdk-app.yml"
PROD: Final = "stage_name: prod\n          "
PRODUCT_STACK: Final = "mlops-sm-project-template/cdk_service_catalog/portfolio/product_stack.py"
IMPORTS: Final = "from aws_cdk import aws_s3 as s3\n"
ROLES: Final = "        for role in project_roles("
CONTAINER: Final = (
    'str(Path(__file__).parents[1] / "products" / "byoc" / "seed_code" / "build_app" / "container")'
)
IMAGE: Final = f'        aws_ecr_assets.DockerImageAsset(self, "Image", directory={CONTAINER})\n'

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
        "Service Catalog Product Stacks cannot use Assets",
        (
            (PRODUCT_STACK, IMPORTS, f"from aws_cdk import aws_ecr_assets\n{IMPORTS}"),
            (PRODUCT_STACK, ROLES, f"{IMAGE}{ROLES}"),
        ),
    ),
)
