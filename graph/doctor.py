"""`homeroom doctor`: looks for the usual trouble, and says what to do about it."""

import asyncio
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from datasources.embedded import java_available, running_endpoints
from datasources.errors import DatasourceError
from datasources.stores import Store
from graph.connections import configured
from graph.graphiql import page
from graph.serving import placed
from graph.settings import Settings

FREE_BYTES: Final = 1 << 30
PYTHON: Final = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and what to do where it is not."""

    subject: str
    well: bool
    said: str
    remedy: str = ""


async def examine(settings: Settings, console: Console) -> int:
    """Prints a line a finding; gives 1 where something is not well."""
    running = running_endpoints(settings.data_dir)
    findings = [*_machine(settings), *await _stores(placed(settings, running) if running else settings)]
    if running is None:
        findings.append(_port(settings))
    for finding in findings:
        mark = "[green]✓[/]" if finding.well else "[red]✗[/]"
        console.print(f"{mark} {finding.subject:<14} {escape(finding.said)}", highlight=False)
        if not finding.well and finding.remedy:
            console.print(f"  {'':<14} → {escape(finding.remedy)}", highlight=False)
    return 0 if all(finding.well for finding in findings) else 1


def _machine(settings: Settings) -> Iterator[Finding]:
    version = sys.version_info[:2]
    yield Finding("Python", version >= PYTHON, f"{version[0]}.{version[1]}", "Homeroom needs Python 3.11 or newer.")
    folder = _existing(settings.data_dir)
    free = shutil.disk_usage(folder).free
    yield Finding(
        "Disk",
        free >= FREE_BYTES,
        f"{free / (1 << 30):.1f} GiB free for {settings.data_dir}",
        "Free some space, or choose another place with --data-dir.",
    )
    yield Finding("GraphiQL", page.built(), "built" if page.built() else "not built", "Run `make serve` once.")
    if not settings.cassandra_configured:
        yield Finding(
            "Java",
            java_available(),
            "for the embedded Cassandra",
            "There is none for this platform: start with --without cassandra, or set CASSANDRA_CONTACT_POINTS.",
        )


async def _stores(settings: Settings) -> list[Finding]:
    """What is configured must answer; what is embedded answers while `homeroom serve` runs."""
    return await asyncio.gather(*(_answers(store) for store in configured(settings)))


async def _answers(store: Store) -> Finding:
    try:
        await store.open()
        await store.ping()
    except DatasourceError as error:
        return Finding(store.name, False, str(error), "Check the setting, the server, and the network between.")
    finally:
        await store.close()
    return Finding(store.name, True, "answers")


def _port(settings: Settings) -> Finding:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            said = f"{settings.port}: {error.strerror}"
            return Finding("Port", False, said, "Stop the program that has it, or choose another port with PORT.")
    return Finding("Port", True, f"{settings.port} is free")


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
