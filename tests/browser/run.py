"""Proves GraphiQL in headless Chromium, and a front end's path with npm's graphql-ws.

`python -m tests.browser.run [--url http://127.0.0.1:PORT]`

Without an address it starts `homeroom serve` on a temporary data directory and stops it afterwards. Installs what it
needs: `playwright-core` from the lock beside this file, and Debian's `chromium` where the machine has no Chromium.
"""

import argparse
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from graph.graphiql import build
from graph.graphiql.node import Node, NodeError, find_node
from tests.browser.server import ServerError, running_server

HERE = Path(__file__).parent
SCREENSHOTS = HERE / "screenshots"
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_INSTALL_SECONDS = 480
_PROOF_SECONDS = 300


class MissingError(Exception):
    """Something that cannot be installed from here; the message says what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Prove GraphiQL in headless Chromium.")
    parser.add_argument("--url", help="a running server, such as http://127.0.0.1:5001; without it, one is started")
    url: str | None = parser.parse_args().url
    try:
        if url is None and build.main() != 0:
            return 1
        node, chromium = find_node(), find_chromium()
        install_packages(node)
        with nullcontext(url) if url else running_server() as address:
            return prove(node, chromium, address)
    except (MissingError, NodeError, ServerError) as error:
        say(str(error))
        return 1


def find_chromium() -> str:
    """The path of a Chromium, installed by apt-get if there is none."""
    for name in _CHROMIUMS:
        if path := shutil.which(name):
            return path
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise MissingError("there is no Chromium on this machine; install it (Debian: `apt-get install chromium`)")
    say("no Chromium on this machine: installing Debian's `chromium` with apt-get, once")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update", "-q"), ("install", "-y", "-q", "--no-install-recommends", "chromium")):
        done = subprocess.run(
            [apt, *arguments], env=environment, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
        if done.returncode != 0:
            raise MissingError(f"apt-get {arguments[0]} failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    path = shutil.which("chromium")
    if path is None:
        raise MissingError("apt-get installed chromium, but there is no `chromium` on the PATH")
    return path


def install_packages(node: Node) -> None:
    """Install what the lock says, unless that is what is there."""
    installed = HERE / "node_modules/.installed-from"
    lock = (HERE / "package-lock.json").read_bytes()
    if installed.is_file() and installed.read_bytes() == lock:
        return
    say(f"npm ci (Node {node.version} {node.origin})")
    node.install(HERE)
    installed.write_bytes(lock)


def prove(node: Node, chromium: str, url: str) -> int:
    """Run both proofs against a server; their exit code."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir()
    say(f"{url} in {chromium}")
    commands = (
        [node.binary, str(HERE / "proof.mjs"), url, chromium, str(SCREENSHOTS)],
        [node.binary, str(HERE / "client.mjs"), url],
    )
    try:
        return max(subprocess.run(each, cwd=HERE, timeout=_PROOF_SECONDS, check=False).returncode for each in commands)
    except subprocess.TimeoutExpired:
        say(f"the proof took more than {_PROOF_SECONDS} s")
        return 1
    finally:
        say(f"screenshots: {os.path.relpath(SCREENSHOTS)}")


def say(line: str) -> None:
    sys.stdout.write(f"browser: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
