"""Builds the GraphiQL page into `dist/`: `python -m graph.graphiql.build`.

Works in a temporary folder, so that nothing but `dist/` is left behind, and does nothing when `dist/` already comes
from these sources. Exit code 1, with what to do, when it cannot.
"""

import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from graph.graphiql.node import NodeError, find_node
from graph.graphiql.page import DIST

SOURCES = (
    ".npmrc",
    "package.json",
    "package-lock.json",
    "vite.config.js",
    "index.html",
    "homeroom.svg",
    "main.jsx",
    "style.css",
)
_HERE = Path(__file__).parent
_STAMP = "built-from.sha256"


def build() -> None:
    """Make `dist/` from the sources, or raise NodeError and leave the old one as it is."""
    node = find_node()
    with tempfile.TemporaryDirectory(prefix="homeroom-graphiql-") as name:
        folder = Path(name)
        for source in SOURCES:
            shutil.copy2(_HERE / source, folder / source)
        _say(f"npm ci (Node {node.version} {node.origin})")
        node.install(folder)
        _say("vite build")
        node.run(folder / "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", folder=folder)
        (folder / "dist" / _STAMP).write_text(_digest(), encoding="utf-8")
        _put(folder / "dist")


def _put(fresh: Path) -> None:
    """Put the new `dist/` in place of the old one; a server that runs never sees half of it."""
    arriving, leaving = DIST.with_name("dist.new"), DIST.with_name("dist.old")
    for folder in (arriving, leaving):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(fresh, arriving)
    if DIST.exists():
        DIST.rename(leaving)
    arriving.rename(DIST)
    shutil.rmtree(leaving, ignore_errors=True)


def _digest() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        digest.update(f"{source}\0".encode() + (_HERE / source).read_bytes() + b"\0")
    return digest.hexdigest()


def _is_current() -> bool:
    stamp = DIST / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest()


def _size() -> str:
    return f"{sum(file.stat().st_size for file in DIST.rglob('*') if file.is_file()) / 1e6:.1f} MB"


def _say(line: str) -> None:
    sys.stdout.write(f"GraphiQL: {line}\n")
    sys.stdout.flush()


def main() -> int:
    if _is_current():
        _say(f"up to date, {_size()}")
        return 0
    start = time.monotonic()
    try:
        build()
    except NodeError as error:
        _say(f"not built. {error}")
        _say("Homeroom runs without it: only the page at /graphql is missing.")
        return 1
    _say(f"built, {_size()}, in {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
