"""What IAM has denied to services in an account, for a message about something that did not happen.

A service such as EventBridge tells nobody but a metric when it may not do what a rule says.
"""

from mlops_rehearsal.world.world import World


def denials(world: World, account: str, action: str) -> str:
    """A line for each principal of an account that was denied an action; empty where none was."""
    found = [
        f"  {row['principal']} was denied {action}"
        for row in world.emulator.decisions()
        if (row["account"], row["action"], row["decision"]) == (account, action, "denied")
    ]
    return "".join(f"\n{line}" for line in sorted(set(found)))
