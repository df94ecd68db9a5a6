"""From the values that were read to results: the specification's "Value Completion", a whole level at a time.

A completer takes the values of one field for all objects of a level, and gives their results in the same order. What
is as usual, objects of one class, lists, no nulls, costs a few operations for all of them together; everything else is
sorted out one by one. Failures and values that are still awaited stay in the results, as `Failure` and `Slot`, until
the execution is settled.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema, Undefined
from graphql.pyutils import Path, is_async_iterable, is_awaitable, is_iterable

from graph.execution.run import Broken, Run, Slot
from resolvers.loaders.batching import Failure

if TYPE_CHECKING:
    from graph.execution.level import Level
    from graph.execution.plan import Field

Values = Sequence[Any]
Places = Sequence[Path | None] | None
"""The path of each value, where a resolver or a type check of the operation may ask for it."""

Complete = Callable[[Run, Values, Places], list[Any]]


class Levels(Protocol):
    """The levels of one operation."""

    schema: GraphQLSchema

    def writes(self) -> bool:
        """Whether one level more is written as a function of its own."""

    def below(self, field: "Field", found: GraphQLObjectType) -> "Level":
        """What is selected below a field where it has given an object of this type."""


_PLAIN: Final[set[type]] = set()
_SPECIAL: Final[set[type]] = {type(None), type(Undefined), Failure, Slot}
_LISTS: Final = {list, tuple}

PLAIN_MAXIMUM: Final = 10_000
"""Classes that are known to be ordinary; a program that makes classes all the time begins anew."""


def plain(values: Values) -> bool:
    """Whether none of the values is null, a failure, an exception or awaitable."""
    found = set(map(type, values))
    if found <= _PLAIN:
        return True
    for each in found - _PLAIN:
        if each in _SPECIAL or _is_special(each):
            return False
        if len(_PLAIN) >= PLAIN_MAXIMUM:
            _PLAIN.clear()
        _PLAIN.add(each)
    return True


def _is_special(found: type) -> bool:
    # Generators may be coroutines of the old kind; only the generator itself knows.
    return issubclass(found, Exception) or hasattr(found, "__await__") or hasattr(found, "gi_code")


def null(run: Run, field: "Field", *, required: bool) -> Any:
    """The result of a null: itself, or a failure where the type forbids it."""
    return run.failed(TypeError(f"Cannot return null for non-nullable field {field.coordinate}.")) if required else None


def place_of(places: Places, index: int) -> Path | None:
    return None if places is None else places[index]


def part(places: Places, indices: Sequence[int]) -> Places:
    return None if places is None else [places[index] for index in indices]


def sorted_out(
    run: Run, field: "Field", value: Any, later: Callable[[Any], Any], *, required: bool
) -> tuple[bool, Any]:
    """Whether the value is an ordinary one, and if not, its result; `later` completes what is awaited."""
    if type(value) is Failure or type(value) is Slot:
        return False, value
    if isinstance(value, Exception):
        return False, run.failed(value)
    if value is None or value is Undefined:
        return False, null(run, field, required=required)
    if is_awaitable(value) and id(value) not in run.spent:
        return False, run.slot(value, later)
    return True, None


def one_later(run: Run, complete: Complete, place: Path | None) -> Callable[[Any], Any]:
    """Completes a value that came later as the level's others were."""
    return lambda value: complete(run, [value], None if place is None else [place])[0]


class Lists:
    """Completes lists: the items of all of them in one go, and apart again."""

    __slots__ = ("_field", "_items", "_required")

    def __init__(self, field: "Field", items: Complete, *, required: bool) -> None:
        self._field = field
        self._items = items
        self._required = required

    def __call__(self, run: Run, values: Values, places: Places) -> list[Any]:
        if places is None and set(map(type, values)) <= _LISTS:
            return self._completed(run, values, None)
        results: list[Any] = [None] * len(values)
        lists: dict[int, list[Any]] = {}
        errors: dict[int, Exception] = {}
        for index, value in enumerate(values):
            later = one_later(run, self, place_of(places, index))
            ordinary, result = sorted_out(run, self._field, value, later, required=self._required)
            if not ordinary:
                results[index] = result
            elif is_async_iterable(value):
                results[index] = run.slot(_collected(value), later)
            elif is_iterable(value) or type(value) is _Collected:
                lists[index], error = _as_list(value)
                if error is not None:
                    errors[index] = error
            else:
                message = f"Expected Iterable, but did not find one for field '{self._field.coordinate}'."
                results[index] = run.failed(GraphQLError(message))
        completed = self._completed(run, list(lists.values()), part(places, list(lists)))
        for index, result in zip(lists, completed, strict=True):
            results[index] = Broken(result, run.failed(errors[index])) if index in errors else result
        return results

    def _completed(self, run: Run, lists: Values, places: Places) -> list[Any]:
        below: Places = None
        if places is not None:
            pairs = zip(places, lists, strict=True)
            below = [Path(place, key, None) for place, items in pairs for key in range(len(items))]
        if len(lists) == 1:
            return [self._items(run, lists[0], below)]
        completed = iter(self._items(run, [item for items in lists for item in items], below))
        return [list(islice(completed, len(items))) for items in lists]


class _Collected:
    """What an asynchronous iterable gave, and what broke it off."""

    __slots__ = ("error", "items")

    def __init__(self, items: list[Any], error: Exception | None) -> None:
        self.items = items
        self.error = error


async def _collected(iterable: Any) -> _Collected:
    items: list[Any] = []
    iterator = aiter(iterable)
    try:
        while True:
            items.append(await anext(iterator))
    except StopAsyncIteration:
        return _Collected(items, None)
    except Exception as error:  # noqa: BLE001 # a failure of the list
        await _closed(iterator)
        return _Collected(items, error)
    except BaseException:
        await _closed(iterator)
        raise


async def _closed(iterator: Any) -> None:
    close = getattr(iterator, "aclose", None)
    if close is not None:
        await close()


def _as_list(value: Any) -> tuple[list[Any], Exception | None]:
    """The items, and what broke their iteration off."""
    if type(value) is _Collected:
        return value.items, value.error
    items: list[Any] = []
    try:
        # Kept one by one, so that what came before a failure is there.
        for item in value:
            items.append(item)  # noqa: PERF402 - a copy would lose them
    except Exception as error:  # noqa: BLE001 # a failure of the list
        return items, error
    return items, None
