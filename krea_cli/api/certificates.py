"""The trusted root certificates: those of the user, else of the machine, else of certifi.

The machine's folder counts if OpenSSL can search it by hashes. Then one root is read when it is
needed; to read all of them takes 40 ms.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from krea_cli.errors import Untrusted

if TYPE_CHECKING:
    import ssl

DEBIAN_FOLDER = "/etc/ssl/certs"  # for a Python with an OpenSSL of its own, of another prefix


class Certificates:
    """The trusted root certificates.

    file, folder: paths that the user names, by SSL_CERT_FILE and SSL_CERT_DIR
    machine_folders: tried in this order; without them, the folders that OpenSSL and Debian name
    """

    def __init__(
        self,
        file: str | None = None,
        folder: str | None = None,
        *,
        machine_folders: Iterable[str] | None = None,
    ) -> None:
        self._file, self._folder, self._machine_folders = file, folder, machine_folders
        self._has_machine_roots = False
        self._context: ssl.SSLContext | None = None

    def context(self) -> "ssl.SSLContext":
        """Return the TLS context, built at the first call. Raises `Untrusted`."""
        if self._context is None:
            try:
                self._context = self._build()
            except OSError as failure:
                raise _unreadable(failure) from failure
        return self._context

    def add_packaged(self) -> bool:
        """Trust certifi's roots beside the machine's, which may be few or old.

        Return False where the machine's are not trusted.
        """
        if not self._has_machine_roots:
            return False
        with suppress(OSError):
            self.context().load_verify_locations(cafile=_packaged_file())
        return True

    def _build(self) -> "ssl.SSLContext":
        import ssl

        if self._file:
            return ssl.create_default_context(cafile=self._file)
        if self._folder:
            return ssl.create_default_context(capath=self._folder)
        folders = self._machine_folders
        if folders is None:
            folders = (ssl.get_default_verify_paths().openssl_capath, DEBIAN_FOLDER)
        for folder in folders:
            if _is_searchable(folder):
                self._has_machine_roots = True
                return ssl.create_default_context(capath=folder)
        return ssl.create_default_context(cafile=_packaged_file())


def _is_searchable(folder: str) -> bool:
    """Tell if FOLDER holds a certificate under the hash of its subject: "002c0b4f.0"."""
    try:
        with os.scandir(folder) as entries:
            return any(_is_hash(entry.name) and entry.is_file() for entry in entries)
    except OSError:
        return False


def _is_hash(name: str) -> bool:
    stem, _, number = name.partition(".")
    return len(stem) == 8 and not stem.strip("0123456789abcdef") and number.isdecimal()


def _packaged_file() -> str:
    import certifi

    return certifi.where()


def _unreadable(failure: OSError) -> Untrusted:
    # Errors of certificates name no file, but that of the key log does.
    if failure.filename:
        return Untrusted(
            f"no connection: SSLKEYLOGFILE cannot be written ({failure})",
            hint="set SSLKEYLOGFILE to a file that can be written, or unset it",
        )
    return Untrusted(
        f"no connection: the trusted certificates cannot be read ({failure})",
        hint="set SSL_CERT_FILE and SSL_CERT_DIR to existing paths, or unset them",
    )
