"""Calls of this machine to itself, which no proxy of the caller may see."""

import ssl
import urllib.request
from pathlib import Path


def opener(certificate: Path) -> urllib.request.OpenerDirector:
    """Opens HTTPS URLs of this machine, whatever `HTTPS_PROXY` and `ALL_PROXY` say.

    Args:
        certificate: the only one that is trusted.
    """
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(certificate))),
    )
