"""Products that bring constructs: what they get, and what is refused before a launch fails."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_ssm as ssm
from launched_projects import PRODUCTS, PROPS

from cdk_service_catalog.portfolio import product_templates as templates_module
from cdk_service_catalog.portfolio.discovery import SEED_BASES, discover
from cdk_service_catalog.portfolio.product_templates import (
    ProductTemplates,
    product_templates,
    standard_template,
)
from cdk_service_catalog.portfolio.synthesis import Planned, synthesise
from cdk_service_catalog.project import storage
from cdk_service_catalog.project.definition import StackProduct
from cdk_service_catalog.project.product_stack import ProductContext, ProductStack
from cdk_service_catalog.project.project_stack import ProjectStack
from cdk_service_catalog.project.props import Gate, SeedLocation
from cdk_service_catalog.project.template import project_template
from mlops_commons.organization import Organization, RoleNames
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.construct

EXAMPLES = discover(Path(__file__).parents[1] / "products", SEED_BASES)
ENV = cdk.Environment(account="222222222222", region="eu-west-1")
TAGS = {"cdk-app": "mlops-template", "mlops:set": "bu"}
BOUNDARY = {"Fn::Sub": PROPS.boundary_arn}


def templates_of(products: Any, folder: Path, **props: Any) -> ProductTemplates:
    return product_templates(
        products,
        replace(PROPS, **props),
        env=ENV,
        assets_bucket="assets",
        tags=TAGS,
        folder=folder,
    )


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> ProductTemplates:
    return templates_of(EXAMPLES, tmp_path_factory.mktemp("assets"))


def of_type(template: Any, kind: str) -> Iterator[Any]:
    return (r["Properties"] for r in template["Resources"].values() if r["Type"] == kind)


def test_roles_of_products_are_named_as_the_organization_wants_them(tmp_path: Path) -> None:
    """Those of a product's own, too; two launches of it are told apart by their projects."""
    org = Organization(roles=RoleNames(path="/platform/", name_prefix="acme-"))
    for slug, template in templates_of(EXAMPLES, tmp_path, org=org).contents.items():
        roles = list(of_type(template, "AWS::IAM::Role"))
        assert roles
        for role in roles:
            text = json.dumps(role["RoleName"])
            assert role["Path"] == "/platform/", slug
            assert re.search(r'"acme-sagemaker-(\$\{SageMakerProjectId\}|")', text), text
            assert text.count("acme-") == 1
            assert "SageMakerProjectId" in text


def test_a_role_of_the_project_is_known_by_its_path_and_attached_by_its_name(
    tmp_path: Path,
) -> None:
    org = Organization(roles=RoleNames(path="/platform/"))
    found = templates_of(EXAMPLES, tmp_path, org=org).contents["features"]
    granted = [
        policy
        for policy in of_type(found, "AWS::IAM::ManagedPolicy")
        if "dynamodb:GetItem" in json.dumps(policy)
    ]
    assert [policy["Roles"] for policy in granted] == [[{"Ref": "ExecutionRole"}]]


def test_an_extended_project_is_the_standard_one_and_what_it_adds(
    examples: ProductTemplates,
) -> None:
    (product,) = (product for product in EXAMPLES if product.slug == "features")
    found = examples.contents["features"]
    standard = plain(standard_template(context(product.definition, seeds_of(product))))
    added = {
        resource["Type"]
        for logical_id, resource in found["Resources"].items()
        if standard["Resources"].get(logical_id) != resource
    }
    assert added == {"AWS::DynamoDB::Table", "AWS::IAM::ManagedPolicy"}
    assert set(standard["Resources"]) < set(found["Resources"])
    assert set(found["Parameters"]) - set(standard["Parameters"]) == {"FeatureKey"}


def test_a_further_parameter_is_shown_with_a_label_in_its_group(examples: ProductTemplates) -> None:
    shown = examples.contents["features"]["Metadata"]["AWS::CloudFormation::Interface"]
    assert shown["ParameterLabels"]["FeatureKey"] == {"default": "Key of the features"}
    groups = {group["Label"]["default"]: group["Parameters"] for group in shown["ParameterGroups"]}
    assert groups["Features"] == ["FeatureKey"]
    assert groups["Project"] == ["SageMakerProjectName", "SageMakerProjectId"]


def test_a_grant_to_a_role_of_the_project_is_a_named_policy_on_that_role(
    examples: ProductTemplates,
) -> None:
    found = examples.contents["features"]
    (policy,) = (
        policy
        for policy in of_type(found, "AWS::IAM::ManagedPolicy")
        if "dynamodb:GetItem" in json.dumps(policy)
    )
    assert policy["Roles"] == [{"Ref": "ExecutionRole"}]
    assert not list(of_type(found, "AWS::IAM::Policy"))


def test_a_product_of_another_shape_has_its_own_repository_and_build_only(
    examples: ProductTemplates,
) -> None:
    found = examples.contents["report"]
    assert set(found["Parameters"]) == {"SageMakerProjectName", "SageMakerProjectId"}
    (repository,) = of_type(found, "AWS::CodeCommit::Repository")
    assert len(list(of_type(found, "AWS::CodeBuild::Project"))) == 1
    assert not list(of_type(found, "AWS::CodePipeline::Pipeline"))
    assert repository["Code"]["BranchName"] == "main"
    location = repository["Code"]["S3"]
    assert location["Bucket"] == "assets"
    assert examples.files[location["Key"]].is_file()


@pytest.mark.parametrize("slug", [product.slug for product in EXAMPLES])
def test_every_role_has_the_boundary_and_everything_the_tags(
    examples: ProductTemplates, slug: str
) -> None:
    found = examples.contents[slug]
    roles = list(of_type(found, "AWS::IAM::Role"))
    assert roles
    assert [role["PermissionsBoundary"] for role in roles] == [BOUNDARY] * len(roles)
    (repository, *_) = of_type(found, "AWS::CodeCommit::Repository")
    tags = {tag["Key"]: tag["Value"] for tag in repository["Tags"]}
    assert tags["mlops:set"] == "bu"
    assert tags["sagemaker:project-id"] == {"Ref": "SageMakerProjectId"}


def plain(template: Any) -> Any:
    """A template as it is read from a file, with dependencies in the order of the CDK."""
    found = json.loads(json.dumps(template))
    for resource in found["Resources"].values():
        if "DependsOn" in resource:
            resource["DependsOn"].sort()
    return found


def context(definition: Any, seeds: Any, **props: Any) -> ProductContext:
    return ProductContext(
        definition=definition,
        props=replace(PROPS, **props),
        env=ENV,
        assets_bucket="assets",
        seeds=seeds,
        tags=TAGS,
    )


def seeds_of(product: Any) -> dict[str, SeedLocation]:
    return {
        name: SeedLocation(bucket="assets", key=f"{seed.digest()}.zip")
        for name, seed in product.seeds.items()
    }


@pytest.mark.parametrize("retention", [PROPS.retention, {"DeletionPolicy": "Delete"}])
def test_a_standard_project_as_data_is_what_the_cdk_would_synthesise(
    tmp_path: Path, retention: Any
) -> None:
    contexts = [
        context(product.definition, seeds_of(product), retention=retention) for product in PRODUCTS
    ]
    planned = [Planned(stack=ProjectStack, context=each) for each in contexts]
    for each, synthesised in zip(contexts, synthesise(planned, tmp_path), strict=True):
        assert plain(standard_template(each)) == synthesised.content


class Open(ProductStack):
    """A bucket without anything that the rule packs ask for."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        s3.Bucket(self, "Open")


class Unbounded(ProductStack):
    """A role that sheds its boundary."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        principal = iam.ServicePrincipal("codebuild.amazonaws.com")
        role = iam.Role(self, "Worker", assumed_by=principal)
        iam.PermissionsBoundary.of(role).clear()


class OtherBoundary(ProductStack):
    """Roles with a boundary that an organisation's own aspect gives them."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        principal = iam.ServicePrincipal("codebuild.amazonaws.com")
        role = iam.Role(self, "Worker", assumed_by=principal)
        wider = iam.ManagedPolicy.from_aws_managed_policy_name("AdministratorAccess")
        iam.PermissionsBoundary.of(role).apply(wider)


class WithImage(ProductStack):
    """A container image from a folder."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        (Path(cdk.Stage.of(self).outdir) / "image").mkdir()  # type: ignore[union-attr]
        folder = Path(cdk.Stage.of(self).outdir) / "image"  # type: ignore[union-attr]
        (folder / "Dockerfile").write_text("FROM scratch\n")
        image = ecr_assets.DockerImageAsset(self, "Image", directory=str(folder))
        ssm.CfnParameter(self, "Uri", type="String", value=image.image_uri)


class Nested(ProductStack):
    """Resources in a nested stack."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        ssm.CfnParameter(cdk.NestedStack(self, "Inner"), "Value", type="String", value="1")


class LookingUp(ProductStack):
    """A value of an account."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        value = ssm.StringParameter.value_from_lookup(self, "/vpc/id")
        ssm.CfnParameter(self, "Copy", type="String", value=value)


class Empty(ProductStack):
    """Nothing."""


class Broken(ProductStack):
    """An error of Python."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        raise ValueError("what it cannot do")


class Leaving(ProductStack):
    """The end of the program."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        raise SystemExit


class Unasked(ProductStack):
    """Arguments that no portfolio has."""

    def __init__(self, scope: Any, construct_id: str) -> None:
        raise NotImplementedError


class Twice(ProductStack):
    """A parameter that the template has."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        self.add_parameter("SageMakerProjectId", label="Id")


class Big(ProductStack):
    """More than CloudFormation reads."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        for number in range(300):
            self.add_parameter(f"P{number}", label="l" * 4000)


class ForAnybody(ProductStack):
    """A key that anybody may use."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        key = kms.Key(self, "Key", enable_key_rotation=True)
        anybody = iam.AnyPrincipal()
        statement = iam.PolicyStatement(
            actions=["kms:Decrypt"], resources=["*"], principals=[anybody]
        )
        key.add_to_resource_policy(statement)


def own(stack: type[ProductStack]) -> Planned:
    definition = StackProduct(name="Own", description="d", version="1.0.0", stack=stack)
    return Planned(stack=stack, context=context(definition, {}))


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (Open, ("the security rules refuse a product", "Product1 is 'Own'")),
        (Unbounded, ("product 'Own': role 'Worker", "has no boundary; allowed: arn:")),
        (OtherBoundary, ("has the permissions boundary", "AdministratorAccess", "allowed: arn:")),
        (WithImage, ("container image 'asset.", "build it in the project's own pipeline")),
        (Nested, ("is a nested stack",)),
        (LookingUp, ("would be looked up in an account", "take the value from a parameter")),
        (Empty, ("the template has no resources",)),
        (Broken, (f"{__file__}:", "product 'Own' cannot be made: ValueError: what it cannot do")),
        (Leaving, (f"{__file__}:", "product 'Own' cannot be made: SystemExit")),
        (Unasked, (f"{__file__}:", "cannot be made: TypeError", "argument 'context'")),
        (Twice, ("the parameter 'SageMakerProjectId' is there already; there are: SageMaker",)),
        (
            Big,
            (" bytes; CloudFormation takes 1,048,576", "302 parameters; CloudFormation takes 200"),
        ),
        (ForAnybody, ("the security rules refuse a product",)),
    ],
)
def test_what_cannot_be_launched_is_refused_at_synthesis(
    stack: type[ProductStack], words: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(PlatformError) as raised:
        synthesise([own(stack)], tmp_path)
    for text in words:
        assert text in str(raised.value)
    assert raised.value.hint


class WithFiles(ProductStack):
    """A file and the code of a function."""

    def __init__(self, scope: Any, construct_id: str, *, context: ProductContext) -> None:
        super().__init__(scope, construct_id, context=context)
        here = Path(__file__)
        file = s3_assets.Asset(self, "File", path=str(here))
        folder = s3_assets.Asset(self, "Folder", path=str(here.parents[1] / "products"))
        for number, asset in enumerate((file, folder)):
            ssm.CfnParameter(self, f"Key{number}", type="String", value=asset.s3_object_url)


def test_files_of_a_product_are_kept_under_the_key_that_its_template_names(tmp_path: Path) -> None:
    (found,) = synthesise([own(WithFiles)], tmp_path)
    urls = [parameter["Value"] for parameter in of_type(found.content, "AWS::SSM::Parameter")]
    assert sorted(urls) == sorted(f"s3://assets/{key}" for key in found.files)
    assert sorted(file.suffix for file in found.files.values()) == [".py", ".zip"]
    assert all(file.parent == tmp_path and file.is_file() for file in found.files.values())


def test_the_rule_packs_see_what_sets_have_in_common_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def counted(planned: Any, folder: Path) -> Any:
        seen.extend(planned)
        return synthesise(planned, folder)

    monkeypatch.setattr(templates_module, "CHECKED", set())
    monkeypatch.setattr(templates_module, "synthesise", counted)
    other = {
        "app_prefix": "ml",
        "set_name": "other",
        "region": "us-east-1",
        "stages": tuple(replace(stage, account_id="666666666666") for stage in PROPS.stages),
        "boundary": "b",
        "access_logs_bucket": "l",
        "gate": Gate(choose="c", verify="v", seal="s"),
        "package_index": "https://packages.example.com/simple/",
    }
    judged = {"retention", "mlflow", "org", "required_tags"}
    assert {field.name for field in fields(PROPS)} == {*other, *judged}
    # Of two products that differ in their seed code, the rules see one template.
    (basic,) = (product for product in PRODUCTS if product.slug == "basic")
    seeds = {"build_app": basic.seeds["deploy_app"], "deploy_app": basic.seeds["build_app"]}
    alike = (basic, replace(basic, slug="basic_too", seeds=seeds))
    templates_of(alike, tmp_path)
    assert len(seen) == 1
    templates_of(alike, tmp_path, **other)
    assert len(seen) == 1
    templates_of(alike, tmp_path, retention={"DeletionPolicy": "Delete"})
    assert len(seen) == 2


def test_a_change_that_breaks_a_rule_is_refused_although_the_project_is_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = storage._bucket

    def unencrypted(*arguments: Any, **options: Any) -> Any:
        made = json.loads(json.dumps(shipped(*arguments, **options)))
        del made["Properties"]["PublicAccessBlockConfiguration"]
        return made

    monkeypatch.setattr(storage, "_bucket", unencrypted)
    with pytest.raises(PlatformError, match="the security rules refuse a product"):
        templates_of(PRODUCTS[:1], tmp_path, region="us-east-1")


def test_a_seed_is_archived_once_for_all_sets(tmp_path: Path) -> None:
    first = templates_of(PRODUCTS, tmp_path).files
    written = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert templates_of(PRODUCTS, tmp_path, region="us-east-1").files == first
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == written
    digests = {seed.digest() for product in PRODUCTS for seed in product.seeds.values()}
    assert set(first) == {f"{digest}.zip" for digest in digests}


def test_what_a_standard_template_names_is_what_its_blocks_say() -> None:
    for product in PRODUCTS:
        seeds = seeds_of(product)
        plain = project_template(
            product.definition,
            PROPS,
            build_seed=seeds["build_app"],
            deploy_seed=seeds["deploy_app"],
        )
        found = standard_template(context(product.definition, seeds))
        assert {k: v for k, v in found.items() if k not in ("Resources", "Description")} == {
            k: v for k, v in plain.items() if k != "Resources"
        }
        assert list(found["Resources"]) == list(plain["Resources"])
