"""Detect folders on network file systems, where SQLite's shared memory does not work."""

import os
import re
import sys
from pathlib import Path

NETWORK_TYPES = re.compile(
    "9p|acfs|afpfs|afs|beegfs|ceph|cifs|coda|davfs|drvfs|fhgfs|gfs2?|glusterfs|gpfs|lizardfs"
    "|lustre|mmfs|moosefs|ncpfs|nfs4?|ocfs2|orangefs|panfs|prl_fs|pvfs2|smb[23]|smbfs|vboxsf"
    "|vmhgfs|webdav|wekafs"
    # Other fuse file systems are local.
    "|fuse[.](ceph|ceph-fuse|davfs2|gcsfuse|glusterfs|goofys|juicefs|mfs|moosefs|rclone|s3fs"
    "|smbnetfs|sshfs|vmhgfs-fuse)"
)
MACOS_LOCAL_MOUNTS = ("/", "/System/Volumes/Data")


def network_type(folder: Path) -> str | None:
    """Return the type of the network file system of an existing FOLDER; None for a local one.

    Best effort: a folder whose type cannot be read counts as local.
    """
    resolved = folder.resolve()
    if sys.platform == "darwin":
        return _macos_network_type(resolved)
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes()
    except OSError:
        return None
    return type_in_mountinfo(os.fsdecode(mounts), str(resolved))


def type_in_mountinfo(mountinfo: str, folder: str) -> str | None:
    """Return the network type of FOLDER by the text of /proc/self/mountinfo (man 5 proc)."""
    best, kind = "", ""
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), fields[4])
        # The later of two mounts at one point lies on top.
        if _contains(point, folder) and len(point) >= len(best):
            best, kind = point, after.split(" ", 1)[0]
    return kind if is_network_type(kind) else None


def is_network_type(kind: str) -> bool:
    """Tell if a file system of type KIND is served by another machine."""
    return NETWORK_TYPES.fullmatch(kind) is not None


def type_in_mount_listing(listing: str, folder: str) -> str | None:
    """Return the network type of FOLDER by the output of macOS's `mount`.

    Its lines are "X on /point (type, …)".
    """
    best, kind = "", ""
    for line in re.finditer(r"^.* on (/.*) \(([^,)]+)", listing, re.MULTILINE):
        if _contains(line[1], folder) and len(line[1]) >= len(best):
            best, kind = line[1], line[2]
    return kind if is_network_type(kind) else None


def _macos_network_type(folder: Path) -> str | None:
    device = folder.stat().st_dev
    # Nearly every state folder is on the system's own disk; that spares the process.
    if any(
        Path(point).exists() and Path(point).stat().st_dev == device for point in MACOS_LOCAL_MOUNTS
    ):
        return None
    import subprocess

    # With no environment, so that no token is handed on.
    listing = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False, env={})
    return type_in_mount_listing(listing.stdout, str(folder))


def _contains(point: str, folder: str) -> bool:
    return folder == point or folder.startswith(point.rstrip("/") + "/")
