"""Set up `.venv` from the lock, with nothing but Python: `python3 graph/bootstrap.py`, which `make` runs first.

A second run finds its stamp and does nothing. An interrupted one is resumed: pip skips what is installed, and what it
had only begun to install is forgotten first. The standard library alone is used, and only syntax that an old Python
reads, so that it can be told that it is too old.
"""

from __future__ import annotations

import sys

# A script's folder comes first in the path, and this one's `types` would stand in for the standard library's.
if __name__ == "__main__":
    sys.path.remove(sys.path[0])

import fcntl
import hashlib
import importlib.util
import re
import shutil
import subprocess
import time
from pathlib import Path

OLDEST = (3, 11)
# beanie is not for a newer one yet.
NEWEST = (3, 13)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".homeroom-set-up"
LOG = VENV / "bootstrap.log"

# What pip says, and what to tell: the first that is found counts.
CAUSES = {
    "No space left on device": "The disk is full. Free 1.5 GB and run the same command again.",
    "DO NOT MATCH THE HASHES": (
        "A download is not what the lock names. Empty pip's cache (pip cache purge) and run the same command again."
    ),
    "CERTIFICATE_VERIFY_FAILED": (
        "The package index shows a certificate that this machine does not trust. Behind a proxy with one of its own "
        "name that in PIP_CERT and run the same command again."
    ),
    "Max retries exceeded|NewConnectionError|Connection refused|name resolution|[Tt]imed out|ProxyError": (
        "The package index cannot be reached. Connect this machine, set HTTPS_PROXY or name a mirror in PIP_INDEX_URL "
        "and run the same command again; what is here already is kept."
    ),
    "Could not find a version that satisfies|No matching distribution": (
        "A package is not to be had. Perhaps it does not exist for this Python or this platform: CPython 3.11 to 3.13 "
        "on Linux and macOS are known to work. Or PIP_INDEX_URL or PIP_FIND_LINKS names a place that lacks it."
    ),
}


class SetUpError(Exception):
    """Something that the user can mend; the message says how."""


class Line:
    """Progress: one line that is written over on a terminal, a short line now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._shown = ""

    def show(self, text: str, *, always: bool = True) -> None:
        if text == self._shown or not (self._terminal or always):
            return
        self._shown = text
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r\033[2K" + text[:width])
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._terminal and self._shown:
            sys.stderr.write("\r\033[2K")
            sys.stderr.flush()


def check_python() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        oldest, newest, found = (".".join(map(str, each)) for each in (OLDEST, NEWEST, sys.version_info[:2]))
        raise SetUpError(
            f"Homeroom needs Python {oldest} to {newest}, and {sys.executable} is {found}. "
            "Install one of those, and name it: make PYTHON=python3.12 ..."
        )
    missing = [module for module in ("venv", "ensurepip") if importlib.util.find_spec(module) is None]
    if missing:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SetUpError(
            f"This Python has no {' and no '.join(missing)}, which make the virtual environment. "
            f"On Debian and Ubuntu: apt install {package}; elsewhere install the full Python of your system."
        )


def fingerprint() -> str:
    digest = hashlib.sha256()
    for source in (LOCK, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_set_up() -> bool:
    return STAMP.exists() and PYTHON.exists() and STAMP.read_text() == fingerprint()


def make_environment(line: Line) -> None:
    if _has_pip():
        return
    line.show("Making .venv")
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise SetUpError(f"{VENV} is not a virtual environment. Move it away, and run the same command again.")
    made = subprocess.run(  # noqa: S603 - constants
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0 or not _has_pip():
        raise SetUpError(f"{VENV} could not be made:\n{(made.stdout + made.stderr).strip()}")


def _has_pip() -> bool:
    if not PYTHON.exists():
        return False
    answer = subprocess.run(  # noqa: S603 - constants
        [str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False
    )
    return answer.returncode == 0


def site_packages() -> Path:
    return next(VENV.glob("lib/python3*/site-packages"))


def forget_half_installed() -> None:
    """The last that pip writes of a package is a RECORD that names its INSTALLER: else it was interrupted before."""
    for folder in site_packages().glob("*.dist-info"):
        record = folder / "RECORD"
        if not record.exists() or "INSTALLER" not in record.read_text(errors="replace"):
            shutil.rmtree(folder)
    for aside in site_packages().glob("~*"):
        shutil.rmtree(aside, ignore_errors=True)


def pip(arguments: list[str], line: Line, total: int, what: str) -> None:
    """Run pip with these arguments; its output goes to the log, and into the progress."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", *arguments]
    with LOG.open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - constants
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while process.poll() is None:
                line.show(_stage(what, total), always=False)
                time.sleep(0.2)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode != 0:
        raise SetUpError(_explain(LOG.read_text(errors="replace")))


def _stage(what: str, total: int) -> str:
    output = LOG.read_text(errors="replace")
    collected = re.findall(r"^Collecting (\S+)", output, re.MULTILINE)
    if "Installing collected packages" in output:
        return f"{what}: installing {len(list(site_packages().glob('*.dist-info')))}/{total}"
    if output.rstrip().endswith("...") or not collected:
        return what
    trouble = ", the network is slow" if "Retrying" in output.rsplit("Collecting", 1)[-1] else ""
    return f"{what}: {len(collected)}/{total} {collected[-1].split('==')[0]}{trouble}"


def _explain(output: str) -> str:
    tail = "\n".join("  " + each for each in output.strip().splitlines()[-8:])
    for sign, advice in CAUSES.items():
        if re.search(sign, output):
            return f"{advice}\nThe end of {LOG}:\n{tail}"
    return f"pip failed. The end of {LOG}:\n{tail}"


def set_up(line: Line) -> None:
    make_environment(line)
    STAMP.unlink(missing_ok=True)
    forget_half_installed()
    total = len(re.findall(r"^[A-Za-z0-9]", LOCK.read_text(), re.MULTILINE))
    line.show(f"Installing {total} packages as locked; the first time takes a minute or two")
    pip(["--require-hashes", "-r", str(LOCK)], line, total, "Packages")
    line.show("Installing Homeroom itself")
    pip(["--no-build-isolation", "--no-deps", "-e", str(ROOT)], line, total, "Homeroom")
    STAMP.write_text(fingerprint())


def main() -> int:
    line = Line()
    try:
        check_python()
        if is_set_up():
            return 0
        with LOCK.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                line.show("Another set-up of this folder is running; waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_set_up():
                set_up(line)
    except SetUpError as error:
        line.end()
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        line.end()
        sys.stderr.write(f"The set-up stopped: {error}. Mend that and run the same command again.\n")
        return 1
    except KeyboardInterrupt:
        line.end()
        sys.stderr.write("Interrupted; the same command goes on where this one stopped.\n")
        return 130
    line.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
