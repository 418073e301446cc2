"""Certificates for servers that live as long as a test: an authority, and what it vouches for.

made = certificates(tmp_path)
with serving(rule, context=made.server()) as server:
...  # reached with made.ca
"""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CURVE: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
HERE: Final = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: who vouches, a server, a client; each key lies beside its certificate."""

    ca: Path
    server_cert: Path
    client_cert: Path
    elsewhere_cert: Path
    expired_cert: Path

    def server(self, cert: Path | None = None, *, asks: bool = False) -> ssl.SSLContext:
        """What a server is made with; one that *asks* takes none without a certificate."""
        cert = cert or self.server_cert
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key_of(cert))
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        return context


def key_of(cert: Path) -> Path:
    return cert.with_suffix(".key")


def certificates(folder: Path) -> Certificates:
    """An authority of this name, and four certificates of it."""
    folder.mkdir(parents=True, exist_ok=True)
    ca = folder / "ca.pem"
    _openssl("req", "-x509", *CURVE, "-days", "2", "-subj", "/CN=A company", *_files(ca))
    issued = {
        name: _issued(folder / f"{name}.pem", ca, names)
        for name, names in (
            ("server", HERE),
            ("client", "subjectAltName=DNS:client"),
            ("elsewhere", "subjectAltName=DNS:elsewhere.example"),
        )
    }
    return Certificates(
        ca,
        issued["server"],
        issued["client"],
        issued["elsewhere"],
        _expired(folder / "expired.pem", ca),
    )


def _expired(cert: Path, ca: Path) -> Path:
    """A server's certificate whose last day was yesterday; `req -x509` makes none."""
    wanted = cert.with_suffix(".csr")
    subject = ("-subj", f"/CN={cert.stem}", "-addext", HERE)
    _openssl("req", "-new", *CURVE, *subject, "-keyout", str(key_of(cert)), "-out", str(wanted))
    yesterday = ("-set_serial", "7", "-days", "-1", "-copy_extensions", "copy")
    _openssl("x509", "-req", "-in", str(wanted), *_issuer(ca), *yesterday, "-out", str(cert))
    return cert


def _issued(cert: Path, ca: Path, names: str) -> Path:
    subject = ("-subj", f"/CN={cert.stem}", "-addext", names)
    _openssl("req", "-x509", *CURVE, "-days", "2", *subject, *_issuer(ca), *_files(cert))
    return cert


def _issuer(ca: Path) -> tuple[str, ...]:
    return ("-CA", str(ca), "-CAkey", str(key_of(ca)))


def _files(cert: Path) -> tuple[str, ...]:
    return ("-keyout", str(key_of(cert)), "-out", str(cert))


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
