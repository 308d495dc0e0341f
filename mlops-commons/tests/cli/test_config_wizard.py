"""The wizard in a terminal: answers typed, files written; control-C changes nothing."""

from pathlib import Path

import pytest
from command_lines import app_file, command_line, configured, infra_file
from wizards import terminal

from mlops_commons.config import CreateNetwork, ImportNetwork, load_config

pytestmark = pytest.mark.app

ANSWERS = (
    ("region [eu-west-1]: ", "eu-central-1"),
    ("beginning of all names", ""),
    ("AWS profile", "central"),
    ("account id", "12345"),  # refused, asked again
    ("account id", "100000000001"),
    ("name [business-unit-1]: ", "retail"),
    ("region [eu-central-1]: ", ""),
    ("stages, with commas", "dev,prod"),
    ("region [eu-central-1]: ", ""),
    ("AWS profile", "-"),
    ("account id", "100000000002"),
    ("approval before this stage? [y/N]", ""),
    ("network (create or import)", ""),
    ("address range [10.0.0.0/16]", ""),
    ("way out (nat or endpoints-only)", "endpoints-only"),
    ("region [eu-central-1]: ", "eu-west-3"),
    ("AWS profile", "-"),
    ("account id", "100000000003"),
    ("approval before this stage? [Y/n]", ""),
    ("network (create or import)", "import"),
    ("VPC id", "vpc-0123456789abcdef0"),
    ("ids of its private subnets", "subnet-0123456789abcdef0,subnet-0123456789abcdef1"),
    ("id of its security group", "sg-0123456789abcdef0"),
    ("its address range", "10.9.0.0/16"),
    ("another account set?", "n"),
    ("boundary and sources too?", "n"),
    ("write these files?", ""),
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose cdk-app.yml is as it is shipped: placeholders."""
    root = configured(tmp_path)
    app_file(root).write_text(app_file(root).read_text().replace("000000000", "111111111"))
    return root


def test_typed_answers_become_files_that_load(checkout: Path) -> None:
    old = app_file(checkout).read_text()
    with terminal(checkout) as wizard:
        for question, answer in ANSWERS:
            wizard.answer(question, answer)
        assert wizard.code() == 0, wizard.shown
    config = load_config(app_file(checkout), infra_file(checkout))
    assert (config.pipeline.account, config.pipeline.region) == ("100000000001", "eu-central-1")
    dev, prod = config.enabled_deployments[0].enabled_stages
    assert (dev.account, dev.manual_approval) == ("100000000002", False)
    assert (prod.region, prod.manual_approval) == ("eu-west-3", True)
    created, imported = config.network("retail", "dev"), config.network("retail", "prod")
    assert isinstance(created, CreateNetwork) and created.egress == "endpoints-only"
    assert isinstance(imported, ImportNetwork) and imported.vpc_cidr == "10.9.0.0/16"
    (copy,) = app_file(checkout).parent.glob("cdk-app.yml.*.bak")
    assert copy.read_text() == old


@pytest.mark.parametrize("questions", [2, len(ANSWERS) - 1])
def test_control_c_leaves_the_old_files(checkout: Path, questions: int) -> None:
    before = {file: file.read_bytes() for file in (app_file(checkout), infra_file(checkout))}
    with terminal(checkout) as wizard:
        for question, answer in ANSWERS[:questions]:
            wizard.answer(question, answer)
        wizard.answer(ANSWERS[questions][0], "\x03", end="")
        assert wizard.code() != 0
        assert "nothing is written" in wizard.shown
    assert {file: file.read_bytes() for file in before} == before
    assert not list(checkout.glob("*/**/*.bak"))


@pytest.mark.parametrize("ending", ["\x03", "n"])
def test_nothing_that_was_typed_is_lost(checkout: Path, ending: str) -> None:
    *before, (last, _) = ANSWERS
    with terminal(checkout) as wizard:
        for question, answer in before:
            wizard.answer(question, answer)
        wizard.answer(last, ending, end="" if ending == "\x03" else "\n")
        assert wizard.code() != 0
        assert "your answers are kept" in wizard.shown
    typed = [
        ("go on with the answers of last time", ""),
        ("region [eu-central-1]: ", ""),
        ("beginning of all names", ""),
        ("AWS profile ('-' for the derived name) [central]", ""),
        ("account id [100000000001]", ""),
        ("name [retail]", ""),
        ("region [eu-central-1]: ", ""),
        ("stages, with commas [dev,prod]", ""),
        ("region [eu-central-1]: ", ""),
        ("AWS profile", ""),
        ("account id [100000000002]", ""),
        ("approval before this stage? [y/N]", ""),
        ("network (create or import) [create]", ""),
        ("address range [10.0.0.0/16]", ""),
        ("way out (nat or endpoints-only) [endpoints-only]", ""),
        ("region [eu-west-3]: ", ""),
        ("AWS profile", ""),
        ("account id [100000000003]", ""),
        ("approval before this stage? [Y/n]", ""),
        ("network (create or import) [import]", ""),
        ("VPC id [vpc-0123456789abcdef0]", ""),
        ("subnets [subnet-0123456789abcdef0,subnet-0123456789abcdef1]", ""),
        ("security group [sg-0123456789abcdef0]", ""),
        ("its address range [10.9.0.0/16]", ""),
        ("another account set? [y/N]", ""),
        ("boundary and sources too? [y/N]", ""),
        ("write these files?", ""),
    ]
    with terminal(checkout) as wizard:
        for question, answer in typed:
            wizard.answer(question, answer)
        assert wizard.code() == 0, wizard.shown
    (deployment,) = load_config(app_file(checkout), infra_file(checkout)).enabled_deployments
    assert [s.account for s in deployment.stages] == ["100000000002", "100000000003"]
    with terminal(checkout) as wizard:  # what is written is nobody's draft any more
        wizard.answer("region [eu-central-1]: ", "\x03", end="")
        assert "of last time" not in wizard.shown


COMPANY = (
    ("boundary and sources too? [Y/n]", ""),
    ("Studio users, data_scientists, with commas ('-' for none) [data-scientist]", "ana,b*b"),
    ("Studio users, data_scientists", "ana,bob"),
    ("Studio users, lead_data_scientists", ""),
    ("Studio users, ml_engineers, with commas ('-' for none) [-]", ""),
    ("support address on project templates ('-' for none) [-]", "nobody"),  # refused
    ("support address on project templates", "ml@example.com"),
    ("tags on every resource as KEY=VALUE", "cost-centre"),  # refused, asked again
    ("tags on every resource as KEY=VALUE", "cost-centre=0042,team=ml"),
    ("permissions boundary ('-' for none) [-]", "corp/ml-boundary"),
    ("file with its document in JSON ('-': it denies nothing) [-]", "no-such.json"),  # refused
    ("file with its document in JSON", "-"),
    ("source of the infrastructure (codecommit or connection or s3) [codecommit]", "connection"),
    ("ARN of a connection that exists, for the infrastructure", "-"),
    ("git host of the infrastructure (AzureDevOps or Bitbucket or GitHub or GitLab)", "github"),
    ("OWNER/NAME of the repository of the infrastructure", "example/infra-{set}"),
    ("branch that is delivered, of the infrastructure [main]", ""),
    ("source of the project templates", "s3"),
)


def test_people_tags_boundary_and_sources_are_asked_for(checkout: Path) -> None:
    with terminal(checkout) as wizard:
        for question, answer in (*ANSWERS[:-2], *COMPANY, ANSWERS[-1]):
            wizard.answer(question, answer)
        assert wizard.code() == 0, wizard.shown
    config = load_config(app_file(checkout), infra_file(checkout))
    studio = config.studio("retail", "dev")
    assert studio and [user.profile_name for user in studio.users] == [
        "ds-ana",
        "ds-bob",
        "lead-ds-lead-data-scientist",
    ]
    assert config.portfolio.support_email == "ml@example.com"
    assert config.tags == {"cost-centre": "0042", "team": "ml"}
    boundary = config.org.permissions_boundary
    assert boundary and boundary.name == "corp/ml-boundary"
    infra, templates = config.pipeline.source.infra, config.pipeline.source.project_template
    assert (infra.provider, infra.repository) == ("GitHub", "example/infra-{set}")
    assert (infra.branch_name, templates.type) == ("main", "s3")


ONE_ACCOUNT = (
    ("region [eu-west-1]: ", ""),
    ("beginning of all names", "UPPER case"),  # refused, asked again
    ("beginning of all names", "mlops"),
    ("AWS profile", "-"),
    ("account id", "100000000001"),
    ("name [business-unit-1]: ", "trial"),
    ("region [eu-west-1]: ", ""),
    ("stages, with commas", "dev,Dev"),  # refused, asked again
    ("stages, with commas", "dev,prod"),
    ("region [eu-west-1]: ", "eu-wets-1"),  # refused, asked again
    ("region [eu-west-1]: ", ""),
    ("AWS profile", "-"),
    ("account id", "100000000002"),
    ("approval before this stage? [y/N]", ""),
    ("network (create or import)", "creat"),  # refused, asked again
    ("network (create or import)", ""),
    ("address range [10.0.0.0/16]", "10.0.0.0/20"),
    ("way out (nat or endpoints-only)", ""),
    ("region [eu-west-1]: ", ""),
    ("AWS profile", "-"),
    ("account id", "100000000002"),
    ("namespace [prod]", "a b"),  # refused, asked again
    ("namespace [prod]", ""),
    ("approval before this stage? [Y/n]", ""),
    ("network (create or import)", ""),
    ("address range [10.1.0.0/16]", "10.0.8.0/22"),  # refused, asked again
    ("address range [10.1.0.0/16]", "10.2.0.0/16"),
    ("way out (nat or endpoints-only)", ""),
    ("another account set?", "n"),
    ("boundary and sources too?", "n"),
)


def test_what_would_not_go_together_is_settled_where_it_is_typed(checkout: Path) -> None:
    with terminal(checkout) as wizard:
        for question, answer in (*ONE_ACCOUNT, ("write these files?", "")):
            wizard.answer(question, answer)
        assert wizard.code() == 0, wizard.shown
    config = load_config(app_file(checkout), infra_file(checkout))
    dev, prod = config.enabled_deployments[0].enabled_stages
    assert (dev.account, dev.parameter_namespace) == ("100000000002", "")
    assert (prod.account, prod.parameter_namespace) == ("100000000002", "prod")


def test_answers_that_make_no_valid_files_are_proposed_again(checkout: Path) -> None:
    with terminal(checkout) as wizard:
        for question, answer in ONE_ACCOUNT:
            # Too small for the subnets of its zones, which only the whole configuration shows.
            wizard.answer(question, "10.2.0.0/27" if answer == "10.2.0.0/16" else answer)
        wizard.answer("here are the questions again, with your answers", "", end="")
        proposed = (
            ("region [eu-west-1]: ", ""),
            ("beginning of all names [mlops]: ", ""),
            ("AWS profile", ""),
            ("account id [100000000001]: ", ""),
            ("name [trial]: ", ""),
        )
        for question, answer in proposed:
            wizard.answer(question, answer)
    assert "trial" not in app_file(checkout).read_text()


def test_where_nobody_can_answer_it_ends_and_leaves_the_old_files(checkout: Path) -> None:
    before = app_file(checkout).read_bytes()
    done = command_line(checkout, "config", answers="eu-central-1\n")
    assert done.returncode == 130
    assert "nothing is written" in done.stderr
    assert app_file(checkout).read_bytes() == before
