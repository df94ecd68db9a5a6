"""`homeroom`: serve, migrate, seed, doctor, explain, export-schema."""

from collections.abc import Coroutine
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import AliasChoices, ValidationError
from rich.console import Console
from rich.markup import escape

from datasources.embedded import EmbeddedError
from datasources.errors import DatasourceError
from graph.serving import Serving, StartRefused
from graph.settings import Settings
from graph.upkeep import migrate_all, seed_all

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True)

Without = Annotated[list[str] | None, typer.Option("--without", help="Leave this store out; only `cassandra` can be.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where embedded servers keep their data.")]


def _settings(**given: Any) -> Settings:
    """Settings of the environment with what the command line gives; a wrong one ends the command and names itself."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors():
            place = ".".join(_variable(str(part)) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            _console.print(f"[red]{escape(place + ': ' if place else '')}{escape(message)}[/]", highlight=False)
        _console.print("Correct the environment or `.env`; `.env.example` explains each setting.")
        raise typer.Exit(2) from error


def _variable(name: str) -> str:
    """The environment variable of a setting that the command line gave by its field's name."""
    field = Settings.model_fields.get(name)
    alias = field.validation_alias if field is not None else name
    return str(alias.choices[0] if isinstance(alias, AliasChoices) else alias)


def _loaded(module: str) -> Any:
    """The module, imported by the command that needs it: `serve` has databases to start before it imports the rest."""
    return import_module(module)


def _run(work: Coroutine[Any, Any, int | None]) -> None:
    """Runs to the end and exits; what stands in the way of a start is a message, not a traceback."""
    try:
        code = uvloop.run(work)
    except (StartRefused, EmbeddedError, DatasourceError) as error:
        _console.print(f"[red]{escape(str(error))}[/]", highlight=False)
        raise typer.Exit(1) from error
    raise typer.Exit(code or 0)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 for any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes share the port; one for each core.")] = None,
    data_dir: DataDir = None,
    without: Without = None,
) -> None:
    """Starts everything that is not configured elsewhere, and serves until it is stopped."""
    settings = _settings(host=host, port=port, workers=workers, data_dir=data_dir)
    _run(Serving(settings, frozenset(without or ()), _console).run())


@app.command()
def migrate() -> None:
    """Brings the configured stores to this version's tables and indexes."""
    _run(migrate_all(_settings(), _console))


@app.command()
def seed(
    scale: Annotated[int, typer.Option(min=1, max=1_000, help="How many schools' worth of demo data.")] = 1,
    data_dir: DataDir = None,
) -> None:
    """Adds demo data to the stores of the data directory (start them with `serve` first) or to the configured ones."""
    _run(seed_all(_settings(data_dir=data_dir), scale, _console))


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Looks for the usual trouble, and says what to do about it."""
    _run(_loaded("graph.doctor").examine(_settings(data_dir=data_dir), _console))


@app.command()
def explain(
    query: Annotated[str, typer.Argument(help="A GraphQL document, or a file with one.")],
    operation: Annotated[str | None, typer.Option(help="Which of the document's operations.")] = None,
    variables: Annotated[str, typer.Option(help="Its variables as JSON, where directives depend on them.")] = "{}",
) -> None:
    """Prints how an operation is executed: its plan, its waves of look-ups, and the code that is generated for it."""
    file = Path(query)
    text = file.read_text(encoding="utf-8") if _is_file(file) else query
    problem, explanation = _loaded("graph.execution.explaining").explained(
        _loaded("graph.schema").core_schema(), text, operation, variables
    )
    if problem:
        _console.print(f"[red]{escape(problem)}[/]", highlight=False)
        raise typer.Exit(1)
    typer.echo(explanation)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a document is too long for a path
        return False


@app.command("export-schema")
def export_schema() -> None:
    """Writes `schema.graphql` from the code."""
    _loaded("graph.lint").SCHEMA_FILE.write_text(_loaded("graph.schema").printed(), encoding="utf-8")


def main() -> None:
    app()


if __name__ == "__main__":
    main()
