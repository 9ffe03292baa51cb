"""Trusted certificates: those of the user, of the machine, of certifi."""

from pathlib import Path

import certifi
import pytest

from krea_cli.api.certificates import Certificates
from krea_cli.api.http import HttpClient
from krea_cli.errors import Unreachable, Untrusted
from tests.fakes.raw_http_server import CERTIFICATE, TOKEN, response, served

HASH = "ce275665"  # of the subject of CERTIFICATE: openssl x509 -subject_hash
OTHER_HASH = "0a0b0c0d"


def get_status(certificates: Certificates) -> int:
    """The status of a GET from a server with CERTIFICATE."""
    with served(lambda _: response(), tls=True, certificates=certificates) as (_, http):
        return http.request("GET", "/jobs").status


@pytest.fixture
def machine_folder(tmp_path: Path) -> Path:
    """An empty folder for certificates of the machine."""
    folder = tmp_path / "certs"
    folder.mkdir()
    return folder


def test_a_self_signed_certificate_is_refused(machine_folder: Path) -> None:
    """The request is refused before the token is sent, whosever roots are trusted."""
    (machine_folder / f"{OTHER_HASH}.0").write_text("another root")
    certificates = Certificates(machine_folders=[str(machine_folder)])
    with served(lambda _: response(), tls=True, certificates=certificates) as (server, http):
        with pytest.raises(Untrusted) as caught:
            http.request("POST", "/generate/image/a/b", json={}, fresh=True)
        assert caught.value.message == (
            "the certificate of 127.0.0.1 is not trusted: self-signed certificate"
        )
        assert server.received == []


def test_the_user_may_name_a_file_of_certificates() -> None:
    """SSL_CERT_FILE counts on loopback too."""
    assert get_status(Certificates(str(CERTIFICATE))) == 200


def test_the_user_may_name_a_folder_of_certificates(machine_folder: Path) -> None:
    """OpenSSL finds a certificate there by the hash of its subject."""
    (machine_folder / f"{HASH}.0").symlink_to(CERTIFICATE)
    assert get_status(Certificates(folder=str(machine_folder))) == 200


def test_a_file_goes_before_a_folder(machine_folder: Path) -> None:
    """As httpx and curl read SSL_CERT_FILE and SSL_CERT_DIR."""
    (machine_folder / f"{HASH}.0").symlink_to(CERTIFICATE)
    with pytest.raises(Untrusted):
        get_status(Certificates(certifi.where(), str(machine_folder)))


def test_the_machine_says_which_roots_are_trusted(machine_folder: Path) -> None:
    """A root that the owner of the machine added needs no variable."""
    (machine_folder / f"{HASH}.0").symlink_to(CERTIFICATE)
    folders = [str(machine_folder / "none"), str(machine_folder)]
    assert get_status(Certificates(machine_folders=folders)) == 200


@pytest.mark.parametrize(
    ("name", "exists"),
    [("root.pem", True), (f"{HASH}.r0", True), ("hash_of_.0", True), (f"{OTHER_HASH}.0", False)],
    ids=["a plain name", "a list of revoked ones", "no hash", "a dangling link"],
)
def test_a_folder_without_hashes_is_of_no_use(
    name: str, exists: bool, machine_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL would find nothing there; certifi's roots are trusted instead."""
    (machine_folder / name).symlink_to(CERTIFICATE if exists else machine_folder / "none")
    certificates = Certificates(machine_folders=[str(machine_folder)])
    with pytest.raises(Untrusted):
        get_status(certificates)
    assert not certificates.add_packaged()
    monkeypatch.setattr(certifi, "where", lambda: str(CERTIFICATE))
    assert get_status(Certificates(machine_folders=[str(machine_folder)])) == 200


def test_a_root_that_the_machine_lacks_is_looked_up_in_certifi(
    machine_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roots of a machine may be years old. A failed handshake sends nothing: a POST leaves once."""
    (machine_folder / f"{OTHER_HASH}.0").write_text("an old root")
    monkeypatch.setattr(certifi, "where", lambda: str(CERTIFICATE))
    certificates = Certificates(machine_folders=[str(machine_folder)])
    leaving: list[str] = []
    with served(lambda _: response(), tls=True, certificates=certificates) as (server, http):
        for _ in range(2):
            answer = http.request(
                "POST", "/x", json={}, fresh=True, on_leaving=lambda: leaving.append("left")
            )
            assert answer.status == 200
        assert len(server.received) == len(leaving) == 2
        assert server.connections == 3


def test_what_the_user_names_is_all_that_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's roots nor certifi's are added."""
    named = certifi.where()
    monkeypatch.setattr(certifi, "where", lambda: str(CERTIFICATE))
    with pytest.raises(Untrusted):
        get_status(Certificates(named))


def test_a_key_log_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificates are not to blame."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "none" / "keys"))
    with pytest.raises(Unreachable) as caught:
        HttpClient("https://127.0.0.1:1", TOKEN, version="1").request("GET", "/jobs")
    assert caught.value.message.startswith("no connection: SSLKEYLOGFILE cannot be written")
    assert caught.value.hint == "set SSLKEYLOGFILE to a file that can be written, or unset it"


def test_the_keys_of_a_connection_are_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wireshark reads SSLKEYLOGFILE."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert get_status(Certificates(str(CERTIFICATE))) == 200
    assert "CLIENT_" in (tmp_path / "keys").read_text()


def test_missing_certificates_are_one_error(tmp_path: Path) -> None:
    """A stale SSL_CERT_FILE is named as the cause."""
    certificates = Certificates(str(tmp_path / "none.pem"))
    with pytest.raises(Unreachable, match="the trusted certificates cannot be read") as caught:
        HttpClient("https://127.0.0.1:1", TOKEN, version="1", certificates=certificates).request(
            "GET", "/jobs"
        )
    assert caught.value.hint == (
        "set SSL_CERT_FILE and SSL_CERT_DIR to existing paths, or unset them"
    )
