"""The log: a line an event, key=value for a person and JSON in production, from structlog and the standard library."""

import logging
import sys
from typing import Any, Final

import structlog

# Tracebacks without the values of variables: those hold passwords and tokens.
_TRACEBACK: Final = structlog.dev.plain_traceback
_QUIET: Final = ("cassandra", "pymongo", "httpx", "asyncio", "alembic", "uvicorn.access")


def configure_logs(*, production: bool, worker: int | None = None, level: int = logging.WARNING) -> None:
    """Sets up both logging systems; drivers speak only of errors, whatever the level. Each line names the `worker`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if worker is not None:
        shared.append(_named(worker))
    renderer: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if production
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_TRACEBACK)]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def _named(worker: int) -> structlog.typing.Processor:
    def name(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**event, "worker": event.get("worker", worker)}

    return name
