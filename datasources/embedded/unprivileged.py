"""PostgreSQL refuses to run as root, so as root it runs as `nobody`, who must be able to reach its data and programs.

Where a folder on the way is closed to that user (a project under /root, say), a folder below /var/lib/homeroom is used
in its place: data under a name made from the data directory's path, and a copy of the programs (41 MB).
"""

import hashlib
import logging
import os
import pwd
import shutil
import stat
from importlib.metadata import version
from pathlib import Path

from datasources.embedded.server import Account

logger = logging.getLogger("homeroom.embedded")

FALLBACK = Path("/var/lib/homeroom")
OPEN = 0o711
OVERFLOW_ID = 65534


def account() -> Account | None:
    """The user to run as: None for the present one, `nobody` for root."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(OVERFLOW_ID, OVERFLOW_ID)
    return Account(nobody.pw_uid, nobody.pw_gid)


def reaches(user: Account, path: Path) -> bool:
    """Whether each folder down to `path` lets this user through, by the mode bits."""
    return all(_passes(user, folder.stat()) for folder in path.resolve().parents)


def _passes(user: Account, status: os.stat_result) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def data_folder(user: Account | None, wanted: Path) -> Path:
    """A folder for the user's data, made and theirs: the wanted one, or its stand-in where that is out of reach."""
    chosen = wanted
    if user is not None and not reaches(user, wanted):
        digest = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
        chosen = _open_folder(FALLBACK / digest) / wanted.name
        logger.warning("%s cannot be reached by the user of PostgreSQL; its data is in %s", wanted, chosen)
    chosen.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user is not None:
        os.chown(chosen, user.uid, user.gid)
    return chosen


def programs(user: Account | None, package: Path, distribution: str) -> Path:
    """The package's folder, or a copy of it that the user can reach."""
    if user is None or reaches(user, package / "pginstall" / "bin" / "postgres"):
        return package
    copies = _open_folder(FALLBACK / f"{distribution}-{version(distribution)}")
    for source in (package, package.with_name(f"{package.name}.libs")):
        copy, partial = copies / source.name, copies / f".{source.name}.{os.getpid()}"
        if source.exists() and not copy.exists():
            shutil.copytree(source, partial, symlinks=True)
            partial.replace(copy)
    return copies / package.name


def _open_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for opened in (FALLBACK, folder):
        opened.chmod(OPEN)
    return folder
