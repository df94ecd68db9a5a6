"""What is done to the stores from the command line, beside a running server or without one."""

from datetime import UTC, datetime

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape

from datasources.embedded import running_endpoints
from graph.display import Display
from graph.serving import StartRefused, load, placed
from graph.settings import Settings
from resolvers.demo import DEMO_PASSWORD, STUDENT, TEACHER


async def migrate_all(settings: Settings, console: Console) -> int:
    """Brings the configured stores to this version; those of a running `homeroom serve` where none are configured."""
    display = Display(console)
    *_, connections = load()
    with display.shown():
        away = await connections.migrate(_reachable(settings), display.step)
    for outage in away:
        console.print(f"[red]{escape(str(outage))}[/]", highlight=False)
    return 1 if away else 0


async def seed_all(settings: Settings, scale: int, console: Console) -> int:
    """Adds demo data to the stores that are configured, or that a running `homeroom serve` has started."""
    display = Display(console)
    app, *_ = load()
    async with app.Application(_reachable(settings)) as application:
        with display.shown():
            await application.plant_demo(scale, datetime.now(UTC), display.step)
    console.print(f"Demo data is there. Sign in as {TEACHER} or {STUDENT}, password {DEMO_PASSWORD}.", highlight=False)
    return 0


def _reachable(settings: Settings) -> Settings:
    """The settings with the addresses of the embedded servers that run in the data directory, if any do."""
    running = running_endpoints(settings.data_dir)
    if running is not None:
        settings = placed(settings, running)
    missing = [name for name, url in _urls(settings).items() if url is None]
    if missing:
        raise StartRefused(
            f"{', '.join(missing)}: not set, and no `homeroom serve` runs in {settings.data_dir}. "
            "Start it in another terminal, or set them."
        )
    return settings


def _urls(settings: Settings) -> dict[str, SecretStr | None]:
    return {
        "DATABASE_URL": settings.database_url,
        "MONGODB_URL": settings.mongodb_url,
        "REDIS_URL": settings.redis_url,
    }
