"""The faults in the order in which they are planted."""

from typing import Final

from planted import accounts, people, walls
from planted.fault import Fault
from planted.networks import NETWORK_FAULTS
from planted.services import ROLE_OF_AWS, SERVICE_FAULTS

FAULTS: Final = (
    Fault(
        "an execution policy without one needed action",
        *("bootstrap", "deploy", "codepipeline:CreatePipeline"),
        accounts.without_action,
    ),
    ROLE_OF_AWS,
    Fault(
        "no trust of governance in preprod",
        *("deploy", "pipelines", "sts:AssumeRole"),
        accounts.without_trust,
    ),
    Fault(
        "trust lost when a second set is bootstrapped by hand",
        *("deploy", "pipelines", "sts:AssumeRole"),
        accounts.trust_lost,
    ),
    Fault("an approval that is rejected", *("deploy", "pipelines", "rejected"), people.rejecting),
    Fault(
        "an approval that nobody answers",
        *("deploy", "pipelines", "expired: nobody has answered within 10080 minutes"),
        people.nobody_answers,
    ),
    Fault(
        "a create-only property changed",
        *("world", "deploy by hand", "AWS::SageMaker::Domain' with identifier .* already exists"),
        people.other_sign_in,
        done=people.deploy_dev,
    ),
    Fault(
        "a launch role without one action",
        *("world", "project", "codecommit:CreateRepository"),
        accounts.without_launch_action,
    ),
    Fault(
        "a seed whose gate fails",
        *("project", "model", "mse on the test set must be at most 0[.]1"),
        people.too_strict,
    ),
    Fault(
        "a missing SSM parameter",
        *("model", "promotion", accounts.SECURITY_GROUP),
        accounts.without_parameter,
    ),
    Fault(
        "a model package group policy without prod",
        *("model", "promotion", "sagemaker:DescribeModelPackage"),
        accounts.without_group_grant,
    ),
    Fault(
        "a key policy without prod",
        *("model", "promotion", "kms:Decrypt"),
        accounts.without_key_grant,
    ),
    Fault(
        "a bucket policy without prod",
        *("model", "promotion", "GetObject operation: Access Denied"),
        accounts.without_bucket_grant,
    ),
    Fault(
        "a data scientist who may write every bucket of the account",
        *("promotion", "attack", "exchanges what the stages deploy.*it has succeeded"),
        walls.with_every_bucket,
    ),
    Fault(
        "pushed code that may write every bucket",
        *("promotion", "attack", "exchanges it from the pushed code of Synth.*it has succeeded"),
        walls.with_every_bucket_for_synth,
    ),
    Fault(
        "a deploy role of prod that trusts a data scientist",
        *("promotion", "attack", "becomes the deploy role of prod.*it has succeeded"),
        walls.with_trust_of_dev,
    ),
    Fault(
        "a bootstrap of prod that trusts a data scientist",
        *("promotion", "attack", "becomes the bootstrap's role of prod.*it has succeeded"),
        walls.with_trust_of_bootstrap,
    ),
    Fault(
        "a data scientist who may make roles",
        *("promotion", "attack", "makes a role for himself.*it has succeeded"),
        walls.with_roles,
    ),
    Fault(
        "a data scientist who may start builds",
        *("promotion", "attack", "starts a build with commands of his own.*it has succeeded"),
        walls.with_builds,
    ),
    Fault(
        "a pipeline that follows every branch",
        *("model", "upgrade", "a push to an-experiment has started"),
        accounts.every_branch,
    ),
    Fault(
        "a stage destroyed while a project delivers to it",
        *("model", "promotion", "sts:AssumeRole on resource: .*-preprod-project-deploy"),
        people.destroyed_preprod,
    ),
    *NETWORK_FAULTS,
    *SERVICE_FAULTS,
)
