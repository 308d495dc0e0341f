"""What the README claims, and what proves each claim: reviewed by hand, checked by a test.

Each sentence of the README holds one of these claims, or is among `NO_CLAIMS`.
"""

from dataclasses import dataclass
from typing import Final

from mlops_rehearsal.truth.level import Level

COMMONS: Final = "mlops-commons/tests"
INFRA: Final = "mlops-infra/tests"
TEMPLATE: Final = "mlops-sm-project-template/tests"
REHEARSAL: Final = "rehearsal/tests"
WHOLE: Final = (
    f"{REHEARSAL}/test_rehearse.py::"
    "test_the_sample_is_delivered_to_every_account_and_a_model_goes_to_prod"
)


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes:
        quote: its words in the README.
        tests: node ids of pytest, without parameters.
        rest: what only AWS can show of it, where something is left.
    """

    quote: str
    level: Level
    tests: tuple[str, ...]
    rest: str = ""


CLAIMS: Final = (
    Claim(
        "Version 0.1.0, not released yet",
        Level.DATA,
        (
            f"{COMMONS}/documentation/test_first_page.py::"
            "test_the_first_line_says_the_versions_that_are_pinned",
        ),
    ),
    Claim(
        "A rehearsal plays the platform against an emulated AWS that enforces policies",
        Level.ENFORCED,
        (WHOLE,),
    ),
    Claim(
        "| the platform team | accounts from two files, CDK constructs and extensions",
        Level.REAL,
        (
            f"{INFRA}/app/test_extensions.py::"
            "test_the_data_scientist_may_read_the_bucket_which_is_in_dev_only",
            f"{COMMONS}/cli/test_doctor.py",
        ),
    ),
    Claim(
        "| the security officer | who can become whom, computed",
        Level.DATA,
        (
            f"{REHEARSAL}/reachability/test_page.py::"
            "test_nobody_who_writes_code_gets_beyond_the_projects_of_dev",
            f"{COMMONS}/ai_controls/test_table_of_controls.py::"
            "test_the_table_has_the_31_controls_of_the_standard_with_their_severities",
            f"{COMMONS}/apps/test_execution_policies.py",
        ),
    ),
    Claim(
        "| a data scientist | a project from a CSV file and a question",
        Level.ENFORCED,
        (
            f"{TEMPLATE}/seed_code/test_adopted_tables.py::"
            "test_a_table_is_adopted_and_trained_and_passes_the_gate",
            WHOLE,
        ),
        "AWS's own training images, and how good a model is",
    ),
    Claim(
        "| What does it cost? | the sample about $450 a month",
        Level.DATA,
        (
            f"{COMMONS}/costs/test_fixed_costs.py::"
            "test_the_networks_of_each_example_cost_what_was_worked_out",
            f"{COMMONS}/costs/test_prices.py::test_each_price_says_when_where_and_who",
            f"{COMMONS}/apps/test_templates.py::test_the_pages_say_what_the_sample_costs",
            f"{REHEARSAL}/test_report_picture.py::"
            "test_the_readme_says_the_time_and_the_cost_that_its_picture_shows",
        ),
        "the bill: prices change, and your agreement has its own",
    ),
    Claim(
        "| How long does it take? | a rehearsal 20 to 30 minutes on two cores",
        Level.REAL,
        (
            f"{REHEARSAL}/test_report_picture.py::"
            "test_the_readme_says_the_time_and_the_cost_that_its_picture_shows",
        ),
        "how long a first deployment takes",
    ),
    Claim(
        "| Which rights does it need? |",
        Level.ENFORCED,
        (f"{COMMONS}/cli/test_bootstrap_verb.py", WHOLE),
    ),
    Claim(
        "| In which regions? | this table, GovCloud and China with it |",
        Level.DATA,
        (
            f"{COMMONS}/apps/test_partitions.py::"
            "test_every_endpoint_is_of_a_service_that_the_region_has",
        ),
        "what a region lacks that no list of AWS says",
    ),
    Claim(
        "| Where is the code kept? | in CodeCommit, one repository for each app and account set, "
        "or where your company keeps it: GitHub, GitLab, Bitbucket, Azure DevOps, or an archive in "
        "S3",
        Level.ENFORCED,
        (
            f"{INFRA}/app/test_infra_app.py::"
            "test_a_sets_repository_does_not_know_the_accounts_of_another",
            f"{COMMONS}/documentation/test_first_page.py::"
            "test_the_pages_about_sources_name_each_that_the_configuration_takes",
            f"{COMMONS}/cdk/test_other_sources.py",
            f"{REHEARSAL}/test_sources_of_deliveries.py",
        ),
        "the handshake with a real git host",
    ),
    Claim(
        "Nothing is sent anywhere",
        Level.REAL,
        (
            f"{COMMONS}/cli/test_cdk_verb.py::"
            "test_the_cdk_runs_in_the_folder_of_the_app_without_telemetry",
        ),
    ),
    Claim(
        "one governance account whose pipelines build dev, preprod and prod accounts",
        Level.ENFORCED,
        (WHOLE,),
        "time, quotas of a new account",
    ),
    Claim(
        "secure by default",
        Level.DATA,
        (
            f"{REHEARSAL}/scanners/test_scanners.py::"
            "test_every_finding_of_every_scanner_is_explained_and_no_explanation_is_unused",
            f"{REHEARSAL}/reachability/test_page.py::"
            "test_nobody_who_writes_code_gets_beyond_the_projects_of_dev",
        ),
    ),
    Claim(
        "which attack is stopped by what, and the test that proves it",
        Level.DATA,
        (
            f"{COMMONS}/documentation/test_security_page.py::"
            "test_each_test_that_says_no_is_in_the_file_that_its_letter_names",
        ),
    ),
    Claim(
        "with private networks",
        Level.ENFORCED,
        (
            f"{INFRA}/networking/test_network_created.py::"
            "test_a_private_route_table_never_leads_to_an_internet_gateway",
            f"{REHEARSAL}/test_network_reach.py",
        ),
        "packets",
    ),
    Claim(
        "SageMaker Studio for the people who explore and train",
        Level.SCHEMA,
        (f"{INFRA}/studio/test_studio.py::test_the_domain_is_closed_and_encrypted",),
        "that Studio starts, and an app in it",
    ),
    Claim(
        "and one role per persona",
        Level.ENFORCED,
        (f"{INFRA}/access/test_personas.py", f"{INFRA}/access/test_attacks_of_personas.py"),
    ),
    Claim("It is defined in Python with the AWS CDK", Level.REAL, (WHOLE,)),
    Claim(
        "no control of exfiltration",
        Level.DATA,
        (f"{INFRA}/networking/test_what_leaves.py",),
    ),
    Claim(
        "use `egress: endpoints-only`",
        Level.ENFORCED,
        (
            f"{INFRA}/networking/test_network_created.py::test_endpoints_only_has_no_way_out",
            f"{REHEARSAL}/test_network_reach.py",
        ),
        "endpoint policies where the emulator has no service",
    ),
    Claim(
        "You need bash, git and Python 3.11 or later",
        Level.REAL,
        (
            f"{COMMONS}/wrapper/test_least_python.py::"
            "test_every_statement_of_the_oldest_python_is_the_same",
            f"{COMMONS}/wrapper/test_wrapper.py::test_no_script_needs_more_than_the_bash_of_macos",
        ),
    ),
    Claim(
        "AWS credentials are needed to deploy, not before",
        Level.REAL,
        (f"{INFRA}/app/test_infra_app.py::test_no_context_is_missing_and_nothing_is_looked_up",),
    ),
    Claim("`rehearse` bootstraps four emulated accounts", Level.ENFORCED, (WHOLE,)),
    Claim(
        "it writes a report for a browser",
        Level.REAL,
        (f"{REHEARSAL}/test_report_in_a_browser.py::test_the_page_is_drawn",),
    ),
    Claim(
        "The first call makes its environment",
        Level.REAL,
        (
            f"{COMMONS}/wrapper/test_fresh_clone.py::"
            "test_a_fresh_checkout_synthesises_and_is_not_set_up_twice",
        ),
    ),
    Claim(
        "Later calls start at once",
        Level.REAL,
        (f"{COMMONS}/wrapper/test_wrapper.py::test_the_second_call_sets_nothing_up",),
    ),
    Claim(
        "`infra synth` ends with",
        Level.REAL,
        (
            f"{COMMONS}/cli/test_cloud_assembly.py::"
            "test_every_stack_is_listed_with_its_account_role_region_and_size",
            f"{COMMONS}/apps/test_templates.py::"
            "test_the_readme_shows_what_synth_prints_of_the_sample",
        ),
    ),
    Claim(
        "what has not changed is not synthesised again",
        Level.REAL,
        (f"{COMMONS}/cli/test_synth.py::test_an_app_is_synthesised_once_and_then_used_again",),
    ),
    Claim(
        "a CodeCommit repository with this code and the configuration of that set",
        Level.ENFORCED,
        (
            f"{INFRA}/app/test_infra_app.py::"
            "test_a_sets_repository_does_not_know_the_accounts_of_another",
            f"{INFRA}/app/test_infra_app.py::test_the_snapshot_synthesises_the_same_templates",
        ),
    ),
    Claim(
        "a self-mutating pipeline",
        Level.ENFORCED,
        (
            f"{COMMONS}/cdk/test_delivery_pipeline.py::"
            "test_it_delivers_in_order_with_an_approval_before_preprod_and_prod",
            WHOLE,
        ),
        "images and time of CodeBuild",
    ),
    Claim(
        "a Service Catalog portfolio of project templates",
        Level.ENFORCED,
        (
            f"{TEMPLATE}/app/test_template_app.py::"
            "test_every_product_is_in_the_portfolio_and_visible_in_studio",
            WHOLE,
        ),
        "how Studio shows them",
    ),
    Claim(
        "| preprod, prod | a VPC (created or imported), its endpoints, SSM parameters |",
        Level.ENFORCED,
        (
            f"{INFRA}/networking/test_network_contract.py::"
            "test_the_parameters_carry_the_imported_ids",
            WHOLE,
        ),
    ),
    Claim(
        "a data scientist starts a project that trains, registers and deploys a model",
        Level.ENFORCED,
        (
            WHOLE,
            f"{REHEARSAL}/test_serving_of_tabular_models.py",
            f"{REHEARSAL}/test_serving_of_vllm.py",
        ),
        "AWS's own training images, instances, and how good a model is",
    ),
    Claim(
        "the configuration holds as many as you need",
        Level.REAL,
        (
            f"{INFRA}/app/test_infra_app.py::"
            "test_each_enabled_set_has_a_pipeline_with_its_enabled_stages",
        ),
    ),
    Claim(
        "setup` does the first two steps and installs what the machine lacks",
        Level.REAL,
        (
            f"{COMMONS}/cli/test_setup.py::test_the_setup_of_an_app_installs_and_bootstraps",
            f"{COMMONS}/wrapper/test_prerequisites.py::test_only_what_is_missing_is_installed",
        ),
    ),
    Claim(
        "by hand or by answering questions",
        Level.REAL,
        (f"{COMMONS}/cli/test_config_wizard.py::test_typed_answers_become_files_that_load",),
    ),
    Claim(
        "`deploy` refuses them",
        Level.REAL,
        (f"{COMMONS}/cli/test_cdk_verb.py::test_placeholder_accounts_are_refused",),
    ),
    Claim(
        "CloudFormation gets policies made of what both apps deploy in each account",
        Level.ENFORCED,
        (
            f"{COMMONS}/apps/test_execution_policies.py::"
            "test_every_action_has_those_that_it_depends_on",
            WHOLE,
        ),
        "what a handler needs and its schema does not say",
    ),
    Claim("the pipelines deliver everything else", Level.ENFORCED, (WHOLE,)),
    Claim(
        "The profile of the governance account in `cdk-app.yml` is used unless you name one",
        Level.REAL,
        (
            f"{COMMONS}/cli/test_cdk_verb.py::"
            "test_the_governance_profile_is_used_when_none_is_named",
            f"{COMMONS}/cli/test_cdk_verb.py::test_credentials_of_the_environment_are_left_alone",
        ),
    ),
    Claim(
        "by a push to the repository of the account set",
        Level.ENFORCED,
        (
            f"{COMMONS}/cdk/test_delivery_pipeline.py::test_it_starts_on_a_push_and_does_not_poll",
            f"{COMMONS}/cli/test_publish.py::test_a_change_is_shown_and_published_after_a_yes",
        ),
    ),
    Claim(
        "`preprod` and `prod` wait for an approval in the pipeline",
        Level.ENFORCED,
        (f"{REHEARSAL}/test_approvals.py", WHOLE),
    ),
    Claim(
        "It never drops what somebody has changed in the repository and not here",
        Level.REAL,
        (f"{COMMONS}/cli/test_publish.py::test_changes_made_in_the_repository_are_never_dropped",),
    ),
    Claim(
        "shows how all of it would be removed from every account, and what AWS would keep",
        Level.ENFORCED,
        (
            f"{COMMONS}/teardown/test_teardown_plan.py::"
            "test_every_leftover_has_the_command_that_removes_it",
            WHOLE,
        ),
        "how long AWS takes, and what services leave in networks",
    ),
    Claim(
        "removes repositories and pipelines only",
        Level.REAL,
        (f"{INFRA}/app/test_infra_app.py::test_cdk_ls_names_the_governance_stacks_and_the_stages",),
    ),
    Claim(
        "Every verb and flag of the CDK CLI works behind `infra` and `template`",
        Level.REAL,
        (f"{COMMONS}/cli/test_cdk_verb.py::test_verbs_and_flags_pass_through_unchanged",),
    ),
    Claim(
        "So does the CDK CLI itself, with the same result",
        Level.REAL,
        (f"{INFRA}/app/test_infra_app.py::test_bare_python_gives_the_templates_of_the_cdk_cli",),
    ),
    Claim(
        "use `CoreStage` in an app of your own",
        Level.REAL,
        (
            f"{INFRA}/app/test_core_stage_alone.py::"
            "test_an_app_of_a_few_lines_gives_the_very_templates_of_the_pipeline",
        ),
    ),
)
NO_CLAIMS: Final = (
    "Nobody has deployed it to AWS with this code yet",
    "| You are | You get |",
    "| Question | Answer |",
    "| Where | What |",
    "Which SSM parameters other applications find",
    "Then look for blockers",
    "2. **Bootstrap every account once**",
    "How to bootstrap with least privilege",
    "The second one needs what the first one's pipeline brings",
    "What only AWS can show, and what each failure looks like",
)
"""Sentences that tell what to do, name what follows, or say what another claim says."""
