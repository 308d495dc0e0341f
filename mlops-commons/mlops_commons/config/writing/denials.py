"""What the document of an organization's boundary denies, as `deny` in `cdk-app.yml` takes it."""

import json
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError

NOTHING = "[]"
"""The denials of a document that has none."""


def denials_of(file: Path) -> str:
    """The denying statements of a policy document, as JSON.

    IAM User Guide, "IAM JSON policy elements": `Statement` is one statement or a list of them.

    Raises:
        PlatformError: it cannot be read, or is no policy document.
    """
    try:
        content = json.loads(file.expanduser().read_text(encoding="utf-8"))
        statements = content["Statement"]
        rows = statements if isinstance(statements, list) else [statements]
        denials = [row for row in rows if row["Effect"] == "Deny"]
    except (OSError, RuntimeError) as error:
        raise PlatformError(f"cannot read '{file}': {error}") from None
    except (ValueError, KeyError, TypeError):
        raise PlatformError(
            f"'{file}' is no policy document",
            hint="give the JSON of the policy, with its 'Statement', as "
            "'aws iam get-policy-version' prints it below 'Document'",
        ) from None
    if not rows:
        raise PlatformError(
            f"'{file}' has no statement in its 'Statement', and IAM takes no such policy",
            hint="give the JSON of the boundary as it is in the accounts",
        )
    return json.dumps(denials)
