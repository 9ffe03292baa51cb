"""Follow links as the system does: not those that another user puts into a shared folder."""

import os
import stat
from functools import lru_cache

from krea_cli.errors import UsageError

MAX_LINKS = 40  # as many as Linux follows


def follow_links(
    path: str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None
) -> str:
    """Return the real path of PATH. One below the folder ROOT stays there: no link leads out.

    Raises UsageError for a foreign link in a sticky folder, such as /tmp. Linux itself forbids
    to follow it (proc(5), protected_symlinks), but never sees it when Python reads the link.
    """
    folder, name = os.path.split(os.path.abspath(path))
    _check_folder(folder)
    if root is not None and is_below(folder, str(root)):
        if not is_below(os.path.realpath(folder), os.path.realpath(root)):
            raise UsageError(
                f"{folder} is outside of {root}, through a link",
                hint="another place with -o",
            )
        return os.path.join(os.path.realpath(folder), name)
    _check_link(os.path.join(folder, name), MAX_LINKS)
    return os.path.realpath(path)


def is_below(path: str, folder: str) -> bool:
    """Tell if PATH is FOLDER or below it; both are absolute."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


@lru_cache(maxsize=1024)
def _check_folder(folder: str, links: int = MAX_LINKS) -> None:
    parent = os.path.dirname(folder)
    if parent != folder:
        _check_folder(parent, links)
        _check_link(folder, links)


def _check_link(path: str, links: int) -> None:
    try:
        link = os.lstat(path)
        if not stat.S_ISLNK(link.st_mode) or links == 0:
            return
        folder = os.stat(os.path.dirname(path))
        target = os.path.join(os.path.dirname(path), os.readlink(path))
    except (OSError, ValueError):  # told by whoever opens it
        return
    is_shared = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
    if is_shared and link.st_uid not in (os.geteuid(), folder.st_uid):
        raise UsageError(
            f"{path} is a link that another user has put there", hint="choose another name with -o"
        )
    _check_folder(os.path.dirname(target), links - 1)
    _check_link(target, links - 1)
