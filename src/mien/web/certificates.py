"""A certificate authority of one's own, so that phones at home may use the camera (browsers want HTTPS).

The authority may sign for this machine's names and for private networks only: whoever steals its key cannot
pretend to be a bank.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mien.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_AUTHORITY_LASTS = timedelta(days=3650)
_LASTS = timedelta(days=397)  # what browsers accept at most is 398
_RENEW_BEFORE = timedelta(days=30)
_PRIVATE = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files for HTTPS.

    Attributes:
        chain: the server's certificate.
        key: of it; for the owner's eyes only.
        authority: the certificate that phones are told to trust.
    """

    chain: Path
    key: Path
    authority: Path


def certificate_for(folder: Path, names: Iterable[str], addresses: Iterable[str]) -> Certificate:
    """The certificate for these names and addresses, made where there is none that will do.

    Args:
        folder: where to keep it.
        names: of this machine.
        addresses: of it, in numbers; those that are not private are left out.

    Raises:
        ConfigurationError: the folder cannot be written, or holds something else.
    """
    files = Certificate(folder / "server.pem", folder / "server.key", folder / "mien-authority.pem")
    wanted_names, wanted_addresses = sorted(set(names)), _private(addresses)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, authority_key = _authority(files.authority, folder / "mien-authority.key", wanted_names)
        if not _will_do(files, authority, wanted_names, wanted_addresses):
            _make(files, authority, authority_key, wanted_names, wanted_addresses)
    except OSError as error:
        raise ConfigurationError(f"cannot keep a certificate in {folder}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigurationError(
            f"{folder} holds a damaged certificate ({error}): remove the folder"
        ) from None
    return files


def fingerprint(file: Path) -> str:
    """A certificate's SHA-256, as browsers show it: pairs with colons between them."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text(encoding="ascii"))).digest()
    return digest.hex(":").upper()


def grouped(shown: str) -> list[str]:
    """A fingerprint four pairs at a time, so that an eye finds its way in it."""
    pairs = shown.split(":")
    return [":".join(pairs[i : i + 4]) for i in range(0, len(pairs), 4)]


def addresses_in(certificate: Certificate) -> set[str]:
    """The addresses that a certificate is made for, which may be more than the machine still has."""
    found = x509.load_pem_x509_certificate(certificate.chain.read_bytes())
    alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(map(str, alternatives.get_values_for_type(x509.IPAddress)))


def in_networks(addresses: Iterable[str]) -> list[str]:
    """Those of a machine's addresses that others in its networks can reach, the usual kind first."""
    found = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    ordered = sorted(found, key=lambda address: (address.version, int(address)))
    return [str(a) for a in ordered if not (a.is_loopback or a.is_link_local or a.is_unspecified)]


def own_addresses() -> list[str]:
    """The addresses by which this machine is known in its networks; nothing is sent to find out."""
    found = {"127.0.0.1", "::1"}
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))  # a datagram socket only looks up the way
                found.add(probe.getsockname()[0])
        except OSError:
            continue
    return sorted(found)


def _private(addresses: Iterable[str]) -> list[_Address]:
    networks = [ipaddress.ip_network(network) for network in _PRIVATE]
    found = {ipaddress.ip_address(address.partition("%")[0]) for address in addresses}
    return sorted((a for a in found if any(a in n for n in networks if n.version == a.version)), key=str)


def _authority(
    file: Path, key_file: Path, names: list[str]
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if file.is_file() and key_file.is_file():
        found = x509.load_pem_x509_certificate(file.read_bytes())
        if found.not_valid_after_utc - datetime.now(UTC) > _LASTS and _permits(found, names):
            return found, _load_key(key_file)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Mien on {socket.gethostname()}"[:64])])
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    permitted += [x509.IPAddress(ipaddress.ip_network(network)) for network in _PRIVATE]
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _begun(subject, subject, key, _AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    _write(file, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _permits(authority: x509.Certificate, names: list[str]) -> bool:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = {
        name.value for name in constraints.permitted_subtrees or () if isinstance(name, x509.DNSName)
    }
    return permitted >= set(names)


def _will_do(
    files: Certificate, authority: x509.Certificate, names: list[str], addresses: list[_Address]
) -> bool:
    if not (files.chain.is_file() and files.key.is_file()):
        return False
    found = x509.load_pem_x509_certificate(files.chain.read_bytes())
    alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        found.issuer == authority.subject
        and _is_signed_by(found, authority)
        and found.not_valid_after_utc - datetime.now(UTC) > _RENEW_BEFORE
        and set(alternatives.get_values_for_type(x509.DNSName)) >= set(names)
        and set(alternatives.get_values_for_type(x509.IPAddress)) >= set(addresses)
    )


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001  (several kinds; each means that it is not)
        return False
    return True


def _make(
    files: Certificate,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: list[str],
    addresses: list[_Address],
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mien")])
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives += [x509.IPAddress(address) for address in addresses]
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _begun(subject, authority.subject, key, _LASTS)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(files.key, key)
    _write(files.chain, certificate.public_bytes(serialization.Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + lasts)
    )


def _load_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file.name} is another kind of key")  # noqa: TRY004  (of a file, not of an argument)
    return key


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    plain = serialization.NoEncryption()
    _write(file, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))


def _write(file: Path, content: bytes) -> None:
    """Write a file for the owner's eyes only, as a whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
    draft.replace(file)
