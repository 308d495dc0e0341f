"""What git starts in this world to reach a CodeCommit repository: permission, then the files.

    git_remote.py <region> <service> [<profile>@]<repository>

Git talks with the service (`upload-pack` or `receive-pack`) through this program's input and
output, as it does with a server. Without a profile the credentials of the environment decide.
"""

import os
import shutil
import sys
from typing import Any, Final

SERVICES: Final = {"upload-pack": "GitPull", "receive-pack": "GitPush"}
"""The permission that each service of git needs (CodeCommit User Guide, permissions reference)."""
NEEDED: Final = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE")
OF_PROFILE: Final = "-"
"""In place of a region: the one of the profile."""


class Refused(Exception):
    """CodeCommit lets this person not reach the repository; the message says why."""


def main(region: str, service: str, url: str) -> int:
    """Serve a repository, or tell git in its own words why not."""
    from botocore.exceptions import BotoCoreError

    profile, _, repository = url.rpartition("@")
    try:
        folder = _folder(region, SERVICES[service], profile, repository.rstrip("/"))
    except (BotoCoreError, Refused) as error:
        _refuse(str(error))
        return 1
    git = shutil.which("git") or "git"
    os.execv(git, [git, service, folder])


def _folder(region: str, permission: str, profile: str, repository: str) -> str:
    """Where the repository lies, for who may read it or push to it.

    Raises:
        Refused: CodeCommit answers so, or this shell does not say where CodeCommit is.
    """
    import boto3
    from botocore.exceptions import NoCredentialsError, NoRegionError

    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise Refused(f"{', '.join(missing)} of the rehearsal is not exported in this shell")
    own = {} if region == OF_PROFILE else {"region_name": region}
    session = boto3.session.Session(profile_name=profile or None, **own)
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    if not session.region_name:
        raise NoRegionError
    # The repository's hook asks with this key whether a reference may be changed.
    os.environ["MINISTACK_PUSHER"] = credentials.access_key
    content = _asked(session.region_name, credentials, permission, repository)
    if "folder" not in content:
        raise Refused(content.get("message") or content.get("Message") or str(content))
    return str(content["folder"])


def _asked(region: str, credentials: Any, permission: str, repository: str) -> dict[str, str]:
    """The answer of the emulator to a signed call that boto3 has no method for."""
    import json

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    request = AWSRequest(
        method="POST",
        url=f"{os.environ['AWS_ENDPOINT_URL']}/",
        data=json.dumps({"repositoryName": repository}),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"CodeCommit_20150413.{permission}",
        },
    )
    SigV4Auth(credentials, "codecommit", region).add_auth(request)
    answer = URLLib3Session(verify=os.environ["AWS_CA_BUNDLE"]).send(request.prepare())
    found: dict[str, str] = json.loads(answer.content)
    return found


def _refuse(reason: str) -> None:
    """gitprotocol-pack: an "ERR" line in place of the references, which git shows to the user."""
    line = f"ERR {reason}\n".encode()
    sys.stdout.buffer.write(f"{len(line) + 4:04x}".encode() + line)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
