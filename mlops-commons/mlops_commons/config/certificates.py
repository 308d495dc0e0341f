"""Certificates of authorities as a file has them: what cannot be one, and when each ends."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

MOST: Final = 4096
"""Characters: what CodeBuild takes for one variable ("EnvironmentVariable should be at most 4096
characters", InvalidInputException of StartBuild; its quotas do not name it)."""
BLOCK: Final = re.compile(r"-----BEGIN ([^-]*)-----[^-]*-----END \1-----")
CERTIFICATE: Final = "CERTIFICATE"
WANTED: Final = "'-----BEGIN CERTIFICATE-----' to '-----END CERTIFICATE-----' of each authority"
ENDS: Final = "%b %d %H:%M:%S %Y GMT"
"""How the module ssl writes the end of a certificate (SSLSocket.getpeercert)."""


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority.

    Attributes:
        name: the last part of the subject of its certificate, usually its common name.
        ends: the last day on which its certificate is valid.
    """

    name: str
    ends: date


def certificates(text: str) -> str:
    """The certificates of a PEM text without what stands around them.

    Raises:
        ValueError: there is something else than certificates of authorities, or too much.
    """
    blocks = [(found[1], found[0]) for found in BLOCK.finditer(text)]
    kinds = [kind for kind, _ in blocks if kind != CERTIFICATE]
    secret = next((kind for kind in kinds if "PRIVATE KEY" in kind), "")
    if secret or "PRIVATE KEY" in text:
        raise ValueError(
            f"there is a block '{secret or 'PRIVATE KEY'}', and this file goes into repositories "
            f"and templates: only certificates are allowed, {WANTED}; take the key as known to "
            "others from now on"
        )
    if kinds:
        raise ValueError(f"there is a block '{kinds[0]}'; only certificates are allowed, {WANTED}")
    if not blocks or text.count("-----BEGIN") != len(blocks):
        raise ValueError(f"'{text.strip()[:40]}' is no PEM of certificates: {WANTED}")
    found = "\n".join(re.sub(r"\s*\n\s*", "\n", block) for _, block in blocks)
    if len(found) > MOST:
        raise ValueError(
            f"{len(blocks)} certificates with {len(found)} characters; a variable of CodeBuild "
            f"takes {MOST}: name the roots of the organization alone, since servers send what is "
            "between, and public authorities are trusted already"
        )
    for number, (_, block) in enumerate(blocks, start=1):
        _authority(block, f"certificate {number} of {len(blocks)}")
    return found


def authorities(text: str) -> tuple[Authority, ...]:
    """The authorities of a text that `certificates` has returned, empty for an empty one."""
    return tuple(_authority(found[0], "a certificate") for found in BLOCK.finditer(text))


def _authority(block: str, which: str) -> Authority:
    import ssl  # takes a while, and few configurations have certificates

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=block)
    except ssl.SSLError:
        raise ValueError(f"{which} is damaged; {WANTED}, as the authority offers it") from None
    found: list[dict[str, Any]] = context.get_ca_certs()
    if not found:
        raise ValueError(
            f"{which} is the one of a server, not of an authority (CA:TRUE); name the authority "
            "that has signed it"
        )
    subject = [str(value) for part in found[0]["subject"] for _, value in part]
    ends = datetime.strptime(str(found[0]["notAfter"]), ENDS).date()
    return Authority(name=subject[-1] if subject else which, ends=ends)
