"""A certificate for this machine, and the roots that trust it: certifi's and its own.

Made anew for each run, by the `openssl` of the machine. The roots lie there twice: as one
bundle, and in a folder with a link for each hash. `openssl rehash` makes that, as Debian does.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import certifi

ONE_ROOT = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)
VALID_DAYS = "2"
ROOT_SETTINGS = ("-subj", "/CN=root of the bench", "-addext", "keyUsage=critical,keyCertSign")
LEAF_EXTENSIONS = "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n"
# Curves as the service's own certificate has, which cost less to check than RSA.
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificates:
    """The files of a service that speaks TLS on loopback, all below FOLDER.

    chain: the service's certificate and its key
    bundle: all roots in one file
    hashed: a folder with a file for each root, and a link for the hash of each
    """

    folder: Path

    @property
    def chain(self) -> Path:
        """The service's certificate and its key."""
        return self.folder / "service.pem"

    @property
    def bundle(self) -> Path:
        """All roots in one file."""
        return self.folder / "bundle.pem"

    @property
    def hashed(self) -> Path:
        """A folder with a file for each root, and a link for the hash of each."""
        return self.folder / "roots"

    @property
    def as_bundle(self) -> dict[str, str]:
        """Variables by which a program reads the bundle."""
        return {"SSL_CERT_FILE": str(self.bundle), "SSL_CERT_DIR": ""}

    @property
    def as_folder(self) -> dict[str, str]:
        """Variables by which a program reads the folder."""
        return {"SSL_CERT_FILE": "", "SSL_CERT_DIR": str(self.hashed)}


def make_certificates(folder: Path) -> Certificates:
    """Make all files in FOLDER, which must be empty."""
    made = Certificates(folder)
    root, key = folder / "root.pem", folder / "root.key"
    _openssl(
        "req", "-x509", "-days", VALID_DAYS, *KEY, *ROOT_SETTINGS, "-keyout", key, "-out", root
    )
    leaf_key, request = folder / "service.key", folder / "service.csr"
    _openssl("req", *KEY, "-subj", "/CN=127.0.0.1", "-keyout", leaf_key, "-out", request)
    extensions, leaf = folder / "extensions", folder / "leaf.pem"
    extensions.write_text(LEAF_EXTENSIONS)
    signing = ("-CA", root, "-CAkey", key, "-CAcreateserial", "-extfile", extensions)
    _openssl("x509", "-req", "-days", VALID_DAYS, "-in", request, *signing, "-out", leaf)
    made.chain.write_text(leaf.read_text() + leaf_key.read_text())
    roots = ONE_ROOT.findall(Path(certifi.where()).read_text() + root.read_text())
    made.bundle.write_text("".join(roots))
    made.hashed.mkdir()
    for number, text in enumerate(roots):
        (made.hashed / f"root-{number}.pem").write_text(text)
    _openssl("rehash", made.hashed)
    return made


def _openssl(*words: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"openssl {words[0]}: {done.stderr}")
