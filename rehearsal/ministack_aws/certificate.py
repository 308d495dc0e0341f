"""Write a self-signed certificate for this machine, or for hosts, and its key.

`certificate.py CERTIFICATE KEY [HOST...]`
"""

import datetime
import ipaddress
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFETIME = datetime.timedelta(days=2)
THIS_MACHINE = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


def main() -> None:
    """Make both files; the key is readable by its owner only."""
    certificate_file, key_file = map(Path, sys.argv[1:3])
    names = [x509.DNSName(host) for host in sys.argv[3:]] or THIS_MACHINE
    key = ec.generate_private_key(ec.SECP256R1())
    # Two authorities of one name are taken for each other by who looks for a signature's.
    subject = "The company's mirrors" if sys.argv[3:] else "MiniStack on this machine"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(
            x509.SubjectAlternativeName(names),
            critical=False,
        )
        # Its own authority: clients trust exactly this file.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


if __name__ == "__main__":
    main()
