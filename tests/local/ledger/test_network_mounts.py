"""The detection of folders on a network file system."""

from pathlib import Path

import pytest

from krea_cli.local.ledger.host import Host
from krea_cli.local.ledger.network_mounts import (
    network_type,
    type_in_mount_listing,
    type_in_mountinfo,
)

MOUNTINFO = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
40 22 0:40 / /home rw,relatime shared:9 - nfs4 server:/export/home rw,vers=4.2
41 40 254:1 / /home/local rw,relatime - xfs /dev/vdb rw
42 22 0:42 / /mnt/two\\040words rw - cifs //server/share rw
43 22 0:43 / /mnt/ssh rw - fuse.sshfs me@server: rw
44 22 0:44 / /mnt/crypt rw - fuse.gocryptfs /plain rw
45 22 0:45 / /scratch rw - lustre mds@tcp:/fs rw
46 22 0:46 / /over rw - nfs server:/a rw
47 22 0:47 / /over rw - tmpfs tmpfs rw
garbage
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/krea", None),
        ("/home/me/.local/state/krea", "nfs4"),
        ("/home", "nfs4"),
        ("/homely", None),
        ("/home/local/me", None),
        ("/mnt/two words/state", "cifs"),
        ("/mnt/ssh", "fuse.sshfs"),
        ("/mnt/crypt/state", None),
        ("/scratch/me", "lustre"),
        ("/over/state", None),
    ],
)
def test_the_nearest_mount_decides(folder: str, kind: str | None) -> None:
    """The longest mount point above a folder, and the last of two at one point, counts."""
    assert type_in_mountinfo(MOUNTINFO, folder) == kind


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/Users/me/state", None), ("/Volumes/my share/state", "smbfs"), ("/net/x", "nfs")],
)
def test_mounts_of_macos(folder: str, kind: str | None) -> None:
    """The listing of macOS's `mount` is read in the same way."""
    listing = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//me@server/share on /Volumes/my share (smbfs, nodev, nosuid, mounted by me)\n"
        "server:/x on /net/x (nfs, nodev, nosuid)\n"
    )
    assert type_in_mount_listing(listing, folder) == kind


def test_a_temporary_folder_is_local(tmp_path: Path) -> None:
    """The folder of this test has one ledger for the machine, with no host in its name."""
    assert network_type(tmp_path) is None
    assert Host().locate_ledger(tmp_path) == (tmp_path / "ledger.sqlite3", False)
