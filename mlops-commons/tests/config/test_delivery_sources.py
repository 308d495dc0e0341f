"""Where pipelines take what they deliver: what loads, and what the careless hand is told."""

from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.config.source_model import without_credentials
from mlops_commons.delivery_source import SourceType
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

FILE = """\
cdk_app_config:
  pipeline:
    account: "101010101010"
    region: {region}
    source:
      infra: {{{source}}}
{more}  deployments:
{sets}"""
SET = """\
    - set_name: {name}
      default_region: eu-west-1
      stages:
        - stage_name: dev
          account: "{account}"
"""
ARN = "arn:aws:codeconnections:eu-west-1:101010101010:connection/aaaa-bbbb"
MADE = "type: connection, provider: GitHub, repository: example/infra"
THERE = f"type: connection, connection_arn: '{ARN}', repository: example/infra"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


def load(
    folder: Path, source: str, region: str = "eu-west-1", more: str = "", sets: int = 1
) -> PlatformConfig:
    file = folder / "cdk-app.yml"
    found = "".join(SET.format(name=f"set-{n}", account=f"20202020202{n}") for n in range(sets))
    file.write_text(FILE.format(source=source, region=region, more=more, sets=found))
    return load_config(file, folder / "none.yml")


def problems(folder: Path, source: str, **more: str | int) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, source, **more)  # type: ignore[arg-type]
    return [f"{p.line}: {p.path}: {p.message}" for p in caught.value.problems]


def test_codecommit_is_the_source_where_nothing_else_is_said(tmp_path: Path) -> None:
    governance = load(tmp_path, "").pipeline
    source = governance.source_of("infra")
    assert source.type is SourceType.CODECOMMIT
    assert source.repository_of("retail") == "mlops-infra_retail"
    assert governance.source_of("template").branch_name == "main"


@pytest.mark.parametrize(
    ("source", "remote"),
    [
        (MADE, "https://github.com/example/infra.git"),
        (MADE.replace("GitHub", "GitLab"), "https://gitlab.com/example/infra.git"),
        (MADE.replace("GitHub", "Bitbucket"), "https://bitbucket.org/example/infra.git"),
        (
            MADE.replace("GitHub", "AzureDevOps").replace("example/infra", "org/ml work/infra")
            + ", remote: 'https://dev.azure.com/org/ml%20work/_git/infra'",
            "https://dev.azure.com/org/ml%20work/_git/infra",
        ),
        (
            MADE.replace("GitHub", "GitLab").replace("example/infra", "example/ml/team/infra"),
            "https://gitlab.com/example/ml/team/infra.git",
        ),
        (f"{THERE}, remote: 'git@git.example.com:example/infra.git'", ""),
        (f"{THERE}, remote: 'ssh://git@git.example.com:7999/example/infra.git'", ""),
        (f"{THERE}, provider: GitHubEnterpriseServer, remote: 'https://g.example.com/a/b'", ""),
    ],
)
def test_connections_load_with_the_url_that_git_pushes_to(
    tmp_path: Path, source: str, remote: str
) -> None:
    found = load(tmp_path, source).pipeline.source_of("infra")
    assert found.remote_of("set-0") == (remote or found.remote)
    assert found.makes_connection is ("connection_arn" not in source)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("type: github", "'github' is not allowed: 'codecommit', 'connection' or 's3'"),
        ("type: s3, repository: a/b", "6: pipeline.source.infra.repository: 'repository' is of a"),
        ("type: s3, branch_name: main", "'branch_name' is of a connection"),
        ("repository: a/b", "repositories in CodeCommit are named under pipeline.code_commit"),
        ("type: connection, provider: GitHub", "repository: OWNER/NAME"),
        ("type: connection, repository: a/b", "needs a connection_arn, or a provider"),
        (MADE.replace("GitHub", "GitHubEnterpriseServer"), "write its ARN under connection_arn"),
        (MADE.replace("GitHub", "AzureDevOps"), "name it under remote"),
        (MADE.replace("GitHub", "github"), "'github' is not allowed"),
        (THERE, "name it under remote"),
        (MADE.replace("example/infra", "infra"), "is not the name of a repository"),
        (MADE.replace("example/infra", "example/infra.git"), "without .git"),
        (MADE.replace("example/infra", "'example/{project}'"), "is not the name of a repository"),
        (MADE.replace("example/infra", "'https://github.com/a/b'"), "without a host"),
        (f"{MADE}, branch_name: 'a..b'", "'a..b' is not the name of a branch"),
        (f"{MADE}, branch_name: 'release{{1}}'", "mean more in the filter of a trigger"),
        (f"{THERE}, provider: GitHub, arn: x", "unknown key 'arn'"),
        (
            f"{THERE}, provider: GitHub".replace("eu-west-1", "us-east-1"),
            "6: pipeline.source.infra.connection_arn: the connection is in us-east-1",
        ),
        (
            f"{THERE}, provider: GitHub".replace(":codeconn", ":codestar-conn").replace(
                "101010101010", "202020202020"
            ),
            "can be shared by AWS RAM",
        ),
        (THERE.replace("codeconnections", "codecommit"), "is not the ARN of a connection"),
        (
            f"{THERE}, provider: GitHub".replace("arn:aws:", "arn:aws-cn:"),
            "is in the partition 'aws-cn', and eu-west-1 in 'aws'",
        ),
        (MADE.replace("example/infra", "example/ml/infra"), "has 3 parts, and a repository of"),
        (
            MADE.replace("GitHub", "Bitbucket").replace("example/infra", "'example/ml/{set}'"),
            "write OWNER/NAME",
        ),
        (MADE.replace("example/infra", "'my company/infra'"), "is no repository of GitHub"),
        (MADE.replace("example/infra", f"example/{'a' * 101}"), "up to 100 in a part"),
        (f"{MADE}, remote: 'http://github.com/a/b'", "is no URL that is pushed to here"),
        (f"{MADE}, remote: 'ext::sh -c id'", "is no URL that is pushed to here"),
        (f"{MADE}, remote: '/tmp/a'", "is no URL that is pushed to here"),
        (f"{MADE}, remote: 'file:///tmp/a'", "is no URL that is pushed to here"),
        (f"{MADE}, remote: '--upload-pack=id'", "is no URL that is pushed to here"),
        (f"{MADE}, remote: 'https://-oProxyCommand=id/a'", "is no URL that is pushed to here"),
    ],
)
def test_what_would_not_work_is_refused_with_the_way_out(
    tmp_path: Path, source: str, wanted: str
) -> None:
    found = problems(tmp_path, source)
    assert any(wanted in problem for problem in found), found
    assert all(problem.startswith("6: ") for problem in found), found


@pytest.mark.parametrize(
    "written",
    [
        f"remote: 'https://{TOKEN}@github.com/example/infra.git'",
        f"remote: 'https://x-access-token:{TOKEN}@github.com/example/infra.git'",
        f"remote: 'ssh://git:{TOKEN}@github.com/example/infra.git'",
        f"remote: 'https://github.com/example/infra.git?access_token={TOKEN}'",
        f"remote: 'https://github.com/example/infra.git#{TOKEN}'",
        f"repository: 'https://{TOKEN}@github.com/example/infra.git'",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_repeated(tmp_path: Path, written: str) -> None:
    source = f"type: connection, connection_arn: '{ARN}', {written}"
    found = problems(tmp_path, source)
    assert not any(TOKEN in problem for problem in found), found
    assert any(f"pipeline.source.infra.{written.partition(':')[0]}" in text for text in found)
    if written.startswith("remote"):
        assert any("has credentials in it" in problem for problem in found), found


def test_a_url_is_shown_without_what_stands_before_its_host() -> None:
    assert without_credentials(f"https://a:{TOKEN}@h/x") == "https://...@h/x"
    assert without_credentials("git@github.com:a/b.git") == "git@github.com:a/b.git"


def test_each_set_has_a_repository_of_its_own(tmp_path: Path) -> None:
    (found,) = (p for p in problems(tmp_path, MADE, sets=2) if "several sets" in p)
    assert "(set-0, set-1)" in found
    own = load(tmp_path, MADE.replace("example/infra", "'example/infra-{set}'"), sets=2)
    source = own.pipeline.source_of("infra")
    assert [source.repository_of(f"set-{n}") for n in (0, 1)] == [
        "example/infra-set-0",
        "example/infra-set-1",
    ]


def test_both_apps_in_one_repository_are_refused(tmp_path: Path) -> None:
    more = f"      project_template: {{{MADE}}}\n"
    found = problems(tmp_path, MADE, more=more)
    assert any("would both have the repository 'example/infra'" in problem for problem in found)


@pytest.mark.parametrize("source", [MADE, "type: s3"])
def test_reviews_are_not_promised_where_codecommit_does_not_ask(
    tmp_path: Path, source: str
) -> None:
    more = (
        "    reviews:\n"
        "      authors: [arn:aws:iam::101010101010:role/author]\n"
        "      reviewers: [arn:aws:iam::101010101010:role/reviewer]\n"
    )
    found = problems(tmp_path, source, more=more)
    assert any("pipeline.reviews holds for CodeCommit only" in problem for problem in found), found
    assert load(tmp_path, "", more=more).pipeline.reviews.reviewers


@pytest.mark.parametrize(
    ("source", "region", "proposed"),
    [
        ("", "eu-central-2", "below pipeline.source: type: s3,"),
        ("", "af-south-1", "below pipeline.source: type: s3,"),
        (MADE, "eu-central-2", "below pipeline.source: type: s3,"),
        (MADE, "ap-east-1", "below pipeline.source: type: codecommit or type: s3,"),
    ],
)
def test_a_region_without_a_source_proposes_those_that_it_has(
    tmp_path: Path, source: str, region: str, proposed: str
) -> None:
    more = "" if "connection" not in source else "      project_template: {type: s3}\n"
    (found,) = problems(tmp_path, source, region=region, more=more)
    assert proposed in found
    assert "docs/how-to/choose-a-source.md" in found


def test_s3_is_a_source_where_codecommit_is_not(tmp_path: Path) -> None:
    more = "      project_template: {type: s3}\n"
    found = load(tmp_path, "type: s3", region="eu-central-2", more=more)
    assert found.pipeline.source_of("template").type is SourceType.S3
