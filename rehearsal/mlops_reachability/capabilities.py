"""What an actor can come to control in one step, asked of IAM's evaluation call by call."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, action_matches, allows, conditions_hold, listed
from mlops_reachability.actors import Actor
from mlops_reachability.consumers import written
from mlops_reachability.edges import (
    Edge,
    approval,
    branch,
    data,
    made,
    pushed,
    review,
    started,
    unbound,
    widened,
)
from mlops_reachability.escalations import (
    AROUND_APPROVAL_RULES,
    MERGES,
    NEW_VERSIONS,
    PASSING,
    PUSHES,
    RETRUSTING,
    RUNNING,
    STACK_UPDATES,
    UNBINDING,
    WIDENING,
    Passing,
)
from mlops_reachability.globs import witness
from mlops_reachability.model import Resource, Role, World
from mlops_reachability.pipelines import PIPELINE, actions_of, approvals_of

REVIEWED: Final = "Custom::ApprovalRuleTemplates"
"""What gives repositories of some kinds an approval rule, and tags those that have it."""
TAGGED: Final = {"aws:ResourceTag/mlops:reviewed": "true"}
_NO_BOUNDARY: Final = frozenset({"iam:permissionsboundary"})

READ: Final = {"data/x": "reads", "registered/x": "reads sealed models in"}
"""Samples of objects, and what it is to read them; a sealed model holds rows of data too."""


class Capabilities:
    """The edges of the graph that begin at somebody who acts."""

    def __init__(self, world: World) -> None:
        """Read from the world what does not depend on the actor."""
        self.world = world
        self.written = written(world)

    def of(self, actor: Actor) -> Iterator[Edge]:
        """Everything that an actor can do next."""
        parts = (
            self.assumes,
            self._passes,
            self._runs,
            self._updates_stacks,
            self._changes_roles,
            self._makes_roles,
            self._writes,
            self._changes_repositories,
            self._reviews,
            self._decides,
            self._reads,
        )
        for part in parts:
            yield from part(actor)

    def assumes(self, actor: Actor) -> Iterator[Edge]:
        """The roles whose trust and whose account let him become them."""
        for role in self.world.roles.values():
            if role.arn == actor.arn:
                continue
            trusted = self._trusts(role, actor)
            # Named in the trust policy of his own account, he needs no permission besides.
            alone = trusted is True and role.account == actor.account
            if alone or (trusted is not False and actor.permits("sts:AssumeRole", role.arn)):
                yield Edge(role.arn, f"assumes {role.name}")

    def _trusts(self, role: Role, actor: Actor) -> bool | None:
        """Whether a role trusts an actor by name; None where it trusts his account."""
        found: bool | None = False
        for statement in self.world.documents[role.trust]:
            named = actor.is_named_by(statement.get("Principal", {}))
            if named is False or not action_matches(statement, "sts:AssumeRole"):
                continue
            request = actor.request("sts:AssumeRole", role.arn, {})
            holds = conditions_hold(statement.get("Condition", {}), request)
            if statement["Effect"] == "Deny":
                if holds is True:
                    return False
            elif holds is not False and found is not True:
                found = named
        return found

    def _passes(self, actor: Actor) -> Iterator[Edge]:
        if not actor.mentions("iam:PassRole"):
            return
        able = {row: self._calls(actor, row) for row in PASSING}
        services = {row.service: row for row in reversed(PASSING) if able[row]}
        for role in self.world.roles.values():
            if role.account != actor.account:
                continue
            for service, row in services.items():
                passed = {"iam:PassedToService": service}
                if actor.can("iam:PassRole", role.arn, passed) and self.trusts_service(
                    role, service
                ):
                    yield Edge(role.arn, f"passes {role.name} to {service} and {row.words}")

    def _calls(self, actor: Actor, row: Passing) -> bool:
        return all(
            actor.mentions(call.action) and actor.some(call.action, call.shape) is not None
            for call in row.calls
        )

    def trusts_service(self, role: Role, service: str) -> bool:
        """Whether a role trusts a service that works for its own account."""
        context = {"aws:SourceAccount": role.account, "aws:PrincipalIsAWSService": "true"}
        request = Request("sts:AssumeRole", role.arn, context, open=True)
        own = [
            {k: v for k, v in {**statement, "Resource": "*"}.items() if k != "Principal"}
            for statement in self.world.documents[role.trust]
            if isinstance(statement.get("Principal"), dict)
            and service in listed(statement["Principal"].get("Service", ()))
        ]
        return allows(own, request)

    def _runs(self, actor: Actor) -> Iterator[Edge]:
        for row in RUNNING:
            for resource in self.world.of_type(row.type):
                role = _at(resource, row.role)
                for text in row.actions:
                    if role and self._each(actor, text, resource.arn):
                        yield Edge(role, f"{row.words} {resource.name}")
                        break

    def _each(self, actor: Actor, actions: str, resource: str) -> bool:
        return all(actor.can(action, resource) for action in actions.split("+"))

    def _updates_stacks(self, actor: Actor) -> Iterator[Edge]:
        for stack, role in self._roles_of_stacks.items():
            for text in STACK_UPDATES:
                if self._each(actor, text, stack):
                    yield Edge(
                        role, f"updates the stack {stack.split('/')[1]}, which keeps its role"
                    )

    def _changes_roles(self, actor: Actor) -> Iterator[Edge]:
        for role in self.world.roles.values():
            if role.account != actor.account:
                continue
            if self._changes(actor, role, RETRUSTING):
                yield Edge(role.arn, f"changes whom {role.name} trusts")
            if self._changes(actor, role, WIDENING):
                yield Edge(widened(role.arn), f"gives {role.name} more permissions", (role.arn,))
            if role.boundary and any(
                actor.can(action, role.arn, without=_NO_BOUNDARY) for action in UNBINDING
            ):
                words = f"takes the boundary of {role.name} away"
                yield Edge(unbound(role.arn), words, (role.arn,))
            policies = [key.removeprefix("policy ") for key in role.policies]
            if any(actor.can(a, policy) for policy in policies for a in NEW_VERSIONS):
                yield Edge(widened(role.arn), f"changes a policy of {role.name}", (role.arn,))

    def _changes(self, actor: Actor, role: Role, actions: tuple[str, ...]) -> bool:
        """Whether he may do one of these with a role, which has the boundary that it has."""
        boundary = role.boundary.removeprefix("policy ")
        context = {"iam:PermissionsBoundary": boundary} if boundary else {}
        without = frozenset[str]() if boundary else _NO_BOUNDARY
        return any(actor.can(action, role.arn, context, without=without) for action in actions)

    def _makes_roles(self, actor: Actor) -> Iterator[Edge]:
        """Roles that he makes with a policy of his own, and what limits them."""
        if actor.account not in self.world.places or not actor.mentions("iam:CreateRole"):
            return
        shape = f"arn:aws:iam::{actor.account}:role/*"
        for boundary in ("", *self._boundaries(actor.account)):
            context = {"iam:PermissionsBoundary": boundary} if boundary else {}
            without = frozenset() if boundary else _NO_BOUNDARY
            words = f"within {boundary.rpartition('/')[2]}" if boundary else "without any boundary"
            for name in self._names(actor, shape):
                if all(
                    actor.can(action, name, context, without=without)
                    for action in ("iam:CreateRole", WIDENING[0])
                ) or all(
                    actor.can(action, name, context, without=without)
                    for action in ("iam:CreateRole", WIDENING[1])
                ):
                    yield Edge(made(name, boundary), f"makes a role of his own {words}")

    def _names(self, actor: Actor, shape: str) -> Iterator[str]:
        """Names that he may give, those first that somebody trusts."""
        patterns = [p for p in actor.candidates("iam:CreateRole", shape)]
        allowed = [
            pattern
            for s in actor.identity
            if s["Effect"] == "Allow" and action_matches(s, "iam:CreateRole")
            for pattern in listed(s.get("Resource", "*"))
        ]
        trusted = [
            found
            for trust in self._trusted_names
            for pattern in allowed
            if (found := witness(pattern, trust, shape)) is not None
        ]
        yield from dict.fromkeys(n for n in (*trusted, *patterns) if n not in self.world.roles)

    def _writes(self, actor: Actor) -> Iterator[Edge]:
        for place in self.written:
            if any(actor.can(action, place.resource) for action in place.actions):
                yield place.edge

    def _changes_repositories(self, actor: Actor) -> Iterator[Edge]:
        for repository in self.world.of_type("AWS::CodeCommit::Repository"):
            arn, main = repository.arn, {"codecommit:References": "refs/heads/main"}
            if any(actor.can(action, arn, main) for action in PUSHES):
                yield Edge(pushed(arn), f"pushes to {repository.name}")
            yield from self._merges(actor, repository)
            other = {"codecommit:References": "refs/heads/other"}
            if any(actor.can(action, arn, other) for action in PUSHES):
                yield Edge(branch(arn), f"pushes a branch to {repository.name}")

    def _merges(self, actor: Actor, repository: Resource) -> Iterator[Edge]:
        """Pull requests that he merges: his own, or one that an approval rule holds.

        Nobody approves his own (CodeCommit API Reference, UpdatePullRequestApprovalState).
        """
        target = pushed(repository.arn)
        pool = self._reviewers(repository)
        tags = TAGGED if pool is not None else {}
        main = {"codecommit:References": "refs/heads/main", **tags}
        if not any(actor.can(action, repository.arn, main) for action in MERGES):
            return
        if pool is None:
            yield Edge(target, f"merges his own pull request in {repository.name}")
        elif any(actor.can(action, repository.arn) for action in AROUND_APPROVAL_RULES):
            yield Edge(target, f"goes around the approval rule of {repository.name}")
        for role in pool or ():
            if role != actor.arn:
                words = f"merges in {repository.name} what {role.rpartition('/')[2]} approves"
                yield Edge(target, words, (review(role),))

    def _reviewers(self, repository: Resource) -> tuple[str, ...] | None:
        """The roles of people whose approval a repository's rules ask for; None without a rule.

        A rule that a function satisfies holds nobody: what it looks at is made by who asks.
        """
        for rule in self.world.of_type(REVIEWED):
            patterns = listed(rule.properties.get("Repositories", ()))
            named = any(fnmatchcase(repository.name, pattern) for pattern in patterns)
            if rule.account == repository.account and named:
                pools = [
                    tuple(
                        role.arn
                        for role in self.world.roles.values()
                        if f":assumed-role/{role.name}/" in str(content)
                    )
                    for content in rule.properties.get("Rules", {}).values()
                ]
                people = [pool for pool in pools if not any(map(self._is_function, pool))]
                return people[0] if people else None
        return None

    def _is_function(self, role: str) -> bool:
        return any(
            function.properties["Role"] == role
            for function in self.world.of_type("AWS::Lambda::Function")
        )

    def _reviews(self, actor: Actor) -> Iterator[Edge]:
        """Approvals of pull requests, for whoever a rule counts."""
        for repository in self.world.of_type("AWS::CodeCommit::Repository"):
            pool = self._reviewers(repository)
            approves = actor.can("codecommit:UpdatePullRequestApprovalState", repository.arn)
            if pool and actor.arn in pool and approves:
                yield Edge(review(actor.arn), "approves pull requests of others")

    def _decides(self, actor: Actor) -> Iterator[Edge]:
        for pipeline in self.world.of_type(PIPELINE):
            for stage, action in approvals_of(pipeline):
                if actor.can("codepipeline:PutApprovalResult", f"{pipeline.arn}/{stage}/{action}"):
                    words = f"approves {action} of {pipeline.name}"
                    yield Edge(approval(pipeline.arn, stage, action), words)
            if actor.can("codepipeline:StartPipelineExecution", pipeline.arn):
                yield Edge(started(pipeline.arn), f"starts {pipeline.name}")

    def _reads(self, actor: Actor) -> Iterator[Edge]:
        for bucket in self.world.of_type("AWS::S3::Bucket"):
            for place, words in READ.items():
                if actor.can("s3:GetObject", f"{bucket.arn}/{place}") and self._decrypts(
                    actor, bucket
                ):
                    yield Edge(data(bucket.name), f"{words} {bucket.name}")
                    break

    def _decrypts(self, actor: Actor, bucket: Resource) -> bool:
        rules = bucket.properties.get("BucketEncryption", {}).get(
            "ServerSideEncryptionConfiguration", ()
        )
        keys = [r.get("ServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for r in rules]
        via = {"kms:ViaService": f"s3.{self.world.region}.amazonaws.com"}
        return all(
            actor.can("kms:Decrypt", key, via) for key in keys if key and key.startswith("arn:")
        )

    def _boundaries(self, account: str) -> tuple[str, ...]:
        """The policies that serve as boundaries in an account."""
        found = {
            key.removeprefix("policy ")
            for role in self.world.roles.values()
            if role.account == account and (key := role.boundary)
        }
        return tuple(sorted(found))

    @cached_property
    def _trusted_names(self) -> tuple[str, ...]:
        """The patterns of names that a policy of a resource or of trust counts on."""
        found = {
            pattern: None
            for key, document in self.world.documents.items()
            if key.startswith(("trust ", "resource "))
            for statement in document
            for entries in statement.get("Condition", {}).values()
            for name, values in entries.items()
            if name.lower() == "aws:principalarn"
            for pattern in listed(values)
            if "*" in pattern
        }
        return tuple(found)

    @cached_property
    def _roles_of_stacks(self) -> dict[str, str]:
        """What CloudFormation applies each stack with, as stacks and pipelines say it."""
        found = {stack.arn: stack.role for stack in self.world.stacks if stack.role}
        for pipeline in self.world.of_type(PIPELINE):
            for _, action in actions_of(pipeline):
                configuration = action.get("Configuration", {})
                role = configuration.get("RoleArn", "")
                for stack in self.world.stacks:
                    account = role.split(":")[4] if role else ""
                    if (stack.name, stack.account) == (configuration.get("StackName"), account):
                        found[stack.arn] = role
        return found


def _at(resource: Resource, path: tuple[str, ...]) -> str:
    found: Any = resource.properties
    for name in path:
        found = found.get(name, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, str) else ""
