"""Act 5: what the pipelines have deployed, looked at as the people who use it."""

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from mlops_commons.config import Deployment, Stage
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.contract import ParameterName, Persona, StageRole
from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.personas import STUDIO
from mlops_rehearsal.world.world import World

NETWORK = (
    ParameterName.VPC_ID,
    ParameterName.PRIVATE_SUBNET_IDS,
    ParameterName.SECURITY_GROUP_ID,
)


def play_deployed_world(world: World) -> tuple[Evidence, ...]:
    """Check the SSM contract, networks, Studio and portfolio of every stage."""
    stages = [(d, s) for d in world.config.enabled_deployments for s in d.enabled_stages]
    contract = [row for d, s in stages for row in _contract(world, d, s)]
    studios = [row for d, s in stages for row in _studio(world, d, s)]
    with_projects = sets_with_projects(world.config)
    offered = [(d, s) for d, s in stages if d in with_projects]
    portfolio = [row for d, s in offered for row in _portfolio(world, d, s)]
    return (
        Evidence("parameters", tuple(contract)),
        Evidence("user profiles", tuple(studios)),
        Evidence("portfolio", tuple(portfolio)),
    )


def parameters_of(world: World, deployment: Deployment, stage: Stage) -> dict[str, str]:
    """The values of a stage's SSM contract by parameter name, without its namespace."""
    wanted = [*NETWORK]
    if world.config.studio(deployment.set_name, stage.stage_name):
        wanted += [persona.parameter for persona in Persona]
    ssm = world.administrator("ssm", stage.account, stage.region)
    return {
        str(name): ssm.get_parameter(Name=name.within(stage.parameter_namespace))["Parameter"][
            "Value"
        ]
        for name in wanted
    }


def _contract(world: World, deployment: Deployment, stage: Stage) -> Iterator[Mapping[str, str]]:
    where = f"{deployment.set_name}/{stage.stage_name}"
    values = parameters_of(world, deployment, stage)
    ec2 = world.administrator("ec2", stage.account, stage.region)
    iam = world.administrator("iam", stage.account, stage.region)
    network = ec2.describe_vpcs(VpcIds=[values[ParameterName.VPC_ID]])["Vpcs"]
    subnets = values[ParameterName.PRIVATE_SUBNET_IDS].split(",")
    found = ec2.describe_subnets(SubnetIds=subnets)["Subnets"]
    if len(network) != 1 or {s["VpcId"] for s in found} != {values[ParameterName.VPC_ID]}:
        raise PlatformError(f"{where}: the parameters name no VPC with these subnets: {values}")
    for name, value in values.items():
        if name.startswith("/mlops/role/"):
            iam.get_role(RoleName=value.rpartition("/")[2])
        yield {"stage": where, "account": stage.account, "parameter": name, "value": value}


def _studio(world: World, deployment: Deployment, stage: Stage) -> Iterator[Mapping[str, str]]:
    studio = world.config.studio(deployment.set_name, stage.stage_name)
    if studio is None:
        return
    where = f"{deployment.set_name}/{stage.stage_name}"
    sagemaker = world.administrator("sagemaker", stage.account, stage.region)
    domains = {d["DomainId"]: d["DomainName"] for d in sagemaker.list_domains()["Domains"]}
    found = sagemaker.list_user_profiles()["UserProfiles"]
    missing = {user.profile_name for user in studio.users} - {p["UserProfileName"] for p in found}
    if missing:
        raise PlatformError(f"{where}: Studio has no profile for: {', '.join(sorted(missing))}")
    for profile in found:
        name, domain = profile["UserProfileName"], profile["DomainId"]
        described = sagemaker.describe_user_profile(DomainId=domain, UserProfileName=name)
        role = described["UserSettings"]["ExecutionRole"]
        yield {
            "stage": where,
            "domain": domains[domain],
            "profile": name,
            "role": role.rpartition("/")[2],
        }


def _portfolio(world: World, deployment: Deployment, stage: Stage) -> Iterator[Mapping[str, str]]:
    """Who sees which products; Studio's personas exist where there is Studio."""
    studio = world.config.studio(deployment.set_name, stage.stage_name)
    if stage.role is not StageRole.DEV or studio is None:
        return
    where = f"{deployment.set_name}/{stage.stage_name}"
    values = parameters_of(world, deployment, stage)
    allowed = set(world.config.portfolio.personas)
    for persona in Persona:
        seen = _products(world, values[persona.parameter], stage.region)
        expected = persona in allowed
        if bool(seen) != expected:
            raise PlatformError(
                f"{where}: the persona '{persona}' should see "
                f"{'the products' if expected else 'no product'}, but sees: {seen or 'none'}",
                hint="see portfolio.personas in cdk-app.yml",
            )
        yield {"stage": where, "persona": str(persona), "sees": ", ".join(seen) or "nothing"}


def _products(world: World, role: str, region: str) -> list[str]:
    """The names of the products that a role sees; none where it may not even look."""
    credentials = world.emulator.service_credentials(role, STUDIO, "studio", source_identity="me")
    catalog = world.client("servicecatalog", region, credentials)
    try:
        found = catalog.search_products()["ProductViewSummaries"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return []
    return sorted(product["Name"] for product in found)
