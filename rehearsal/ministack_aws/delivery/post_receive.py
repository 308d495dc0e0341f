"""Git's hook `post-receive` of an emulated repository: tells the emulator what was pushed."""

import json
import os
import sys
import urllib.error
import urllib.request


def main(account: str, region: str, repository: str) -> int:
    """Post the lines that git has written, whatever proxies the person who pushes has."""
    content = {
        "account": account,
        "region": region,
        "repository": repository,
        "references": sys.stdin.read().splitlines(),
    }
    request = urllib.request.Request(
        f"{os.environ['MINISTACK_SELF_URL']}/_registry/pushes",
        data=json.dumps(content).encode(),
        headers={"X-Registry-Token": os.environ["MINISTACK_REGISTRY_TOKEN"]},
        method="POST",
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request, timeout=60).close()
    except (urllib.error.URLError, OSError) as error:
        # Git has the commits already; a hook that fails here would not take them back.
        sys.stderr.write(f"nobody was told of this push: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
