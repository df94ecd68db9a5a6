"""What a person sees while the server starts: a line a store, or plain lines where there is no terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from datasources.embedded import Progress as StoreProgress


class Display:
    """Shows stages of several things at once. `report` takes what the embedded servers say, `step` everything else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._plain = not console.is_terminal
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description:<12}"),
            TextColumn("{task.fields[stage]:<34}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, str] = {}

    @contextmanager
    def shown(self) -> Iterator["Display"]:
        if self._plain:
            yield self
            return
        with self._progress:
            yield self

    def report(self, progress: StoreProgress) -> None:
        self.step(progress.store, progress.stage, progress.done, progress.total)

    def step(self, subject: str, stage: str, done: int | None = None, total: int | None = None) -> None:
        """One stage of one subject; `ready` ends it."""
        if self._plain:
            if self._said.get(subject) != stage:
                self._said[subject] = stage
                self._console.print(f"{subject}: {stage}", highlight=False)
            return
        task = self._tasks.get(subject)
        if task is None:
            task = self._tasks[subject] = self._progress.add_task(subject, total=None, stage=stage)
        finished = stage == "ready"
        self._progress.update(
            task,
            stage=stage,
            total=1 if finished else total,
            completed=1 if finished else done or 0,
        )
