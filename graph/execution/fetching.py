"""How what is not an attribute is had for all objects of a level, and filled into their results.

A join is one look-up with the keys of all objects, each distinct one once, and what hangs from a value that several
objects share is made once for all of them. A method or a resolver is called for each.
"""

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from graphql.pyutils import Path, is_awaitable

from graph.execution.completion import Complete, Places, Values, part
from graph.execution.run import Found, Outs, Run
from graph.fields import Connection, Join, JoinMany, Method
from resolvers.loaders.batching import Failure
from resolvers.paging import page_arguments

if TYPE_CHECKING:
    from graph.execution.plan import Field

Fetch = Callable[[Run, Outs, Values, Places], None]

_CURSORS: Final = frozenset({"after", "before"})


class _NoKey:
    """In the place of a key: there is nothing to look up, but a result already."""

    __slots__ = ("result",)

    def __init__(self, result: Any) -> None:
        self.result = result


def fetcher(field: "Field", complete: Complete) -> Fetch:
    """What begins a field for the objects of a level."""
    read = field.read
    match read:
        case Join():
            return _Joining(field, complete, read.loader, _keys_of(attrgetter(read.key)), read.take)
        case JoinMany():
            return _joining_many(field, complete, read)
        case Connection():
            return _Joining(field, complete, read.loader, _page_keys(field, read), None)
        case Method():
            return _calling(field, complete, _method(read))
        case _:
            return _calling(field, complete, _resolver(field))


def _below(field: "Field", places: Places) -> Places:
    return None if places is None else [Path(place, field.key, field.parent.name) for place in places]


# Joins

Keys = Callable[[Run, Values], list[Any]]
"""The key of each object; `_NoKey` where there is none."""


def _keys_of(read: Callable[[Any], Any]) -> Keys:
    def keys(run: Run, items: Values) -> list[Any]:
        try:
            return list(map(read, items))
        except Exception:  # noqa: BLE001 # each by itself then, to find whose failure it is
            return [_try(run, read, item) for item in items]

    return keys


def _try(run: Run, read: Callable[[Any], Any], item: Any) -> Any:
    try:
        return read(item)
    except Exception as error:  # noqa: BLE001 # the failure is the field's
        return _NoKey(run.failed(error))


def _hashable(key: Any) -> Any:
    hash(key)
    return key


def _all_hashable(keys: Any) -> list[Any]:
    return list(map(_hashable, keys))


def _page_keys(field: "Field", read: Connection) -> Keys:
    owner = attrgetter(read.key)

    def key_of(item: Any, given: Mapping[str, Any]) -> tuple[Any, Any]:
        page = page_arguments(
            given.get("first"),
            given.get("after"),
            given.get("last"),
            given.get("before"),
            position=lambda cursor: read.position(item, cursor),
            newest_by_default=read.newest_by_default,
        )
        return owner(item), page

    def keys(run: Run, items: Values) -> list[Any]:
        given = run.arguments(field)
        if isinstance(given, Failure):
            return [_NoKey(given) for _ in items]
        if len(items) > 1 and not any(given.get(name) is not None for name in _CURSORS):
            # Without a cursor the page is the same for all of them.
            shared = _try(run, lambda item: key_of(item, given)[1], items[0])
            if isinstance(shared, _NoKey):
                return [shared for _ in items]
            return [_try(run, lambda item: (owner(item), shared), item) for item in items]
        return [_try(run, lambda item: key_of(item, given), item) for item in items]

    return keys


class _Joining:
    """One look-up for all objects of a level; what hangs from a value that several share is made once for all."""

    __slots__ = ("_complete", "_field", "_keys_of", "_loader", "_take")

    def __init__(self, field: "Field", complete: Complete, loader: Any, keys_of: Keys, take: str | None) -> None:
        self._field = field
        self._complete = complete
        self._loader = loader
        self._keys_of = keys_of
        self._take = take

    def __call__(self, run: Run, outs: Outs, items: Values, places: Places) -> None:
        keys = self._keys_of(run, items)
        try:
            wanted = dict.fromkeys(keys)
        except TypeError:
            keys = [_try(run, _hashable, key) for key in keys]
            wanted = dict.fromkeys(keys)
        wanted.pop(None, None)
        if run.unsettled:
            wanted = {each: None for each in wanted if type(each) is not _NoKey}
        if places is None:
            fill = partial(self._fill, run, outs, keys, wanted)
        else:
            fill = partial(self._fill_each, run, outs, keys, _below(self._field, places))
        _look_up(run, self._field, self._loader, wanted, outs, fill)

    def _fill(self, run: Run, outs: Outs, keys: list[Any], wanted: dict[Any, None], found: Found) -> None:
        values = [found[key] for key in wanted]
        if self._take is not None or Failure in set(map(type, values)):
            values = [_found(run, key, found, self._take) for key in wanted]
        results: dict[Any, Any] = dict(zip(wanted, self._complete(run, values, None), strict=True))
        if len(results) < len(keys):
            for key in keys:
                if key not in results:
                    results[key] = self._complete(run, [_found(run, key, found, self._take)], None)[0]
        name = self._field.key
        for out, key in zip(outs, keys, strict=True):
            out[name] = results[key]

    def _fill_each(self, run: Run, outs: Outs, keys: list[Any], places: Places, found: Found) -> None:
        values = [_found(run, each, found, self._take) for each in keys]
        _fill(run, self._field, self._complete, outs, values, places)


def _look_up(
    run: Run, field: "Field", loader: Any, keys: dict[Any, None], outs: Outs, fill: Callable[[Found], None]
) -> None:
    """Calls `fill` when the keys are found; a loader that cannot be had is a failure of the field, for all objects."""
    if not keys:
        fill({})
        return
    try:
        batches = run.context.loaders.of(loader)
    except Exception as error:  # noqa: BLE001 # the failure is the field's
        failure = run.failed(error)
        for out in outs:
            out[field.key] = failure
        return
    run.load(batches, list(keys), fill)


def _found(run: Run, key: Any, found: Found, take: str | None) -> Any:
    """The value of a key; failures stand in their place, and are known to the run."""
    if key is None:
        return None
    if type(key) is _NoKey:
        return key.result
    value = found[key]
    if type(value) is Failure:
        run.unsettled = True
        return value
    if take is None or value is None:
        return value
    try:
        return getattr(value, take)
    except Exception as error:  # noqa: BLE001 # the failure is the field's
        return run.failed(error)


def _joining_many(field: "Field", complete: Complete, read: JoinMany) -> Fetch:
    keys_of = _keys_of(attrgetter(read.keys))

    def fetch(run: Run, outs: Outs, items: Values, places: Places) -> None:
        lists = [keys if type(keys) is _NoKey else _try(run, _all_hashable, keys) for keys in keys_of(run, items)]
        wanted: dict[Any, None] = dict.fromkeys(key for keys in lists if type(keys) is list for key in keys)

        def values_of(keys: Any, found: Found) -> Any:
            if type(keys) is _NoKey:
                return keys.result
            values = [found[key] for key in keys]
            failure = next((each for each in values if type(each) is Failure), None)
            if failure is not None:
                run.unsettled = True
            return values if failure is None else failure

        def fill(found: Found) -> None:
            _fill(run, field, complete, outs, [values_of(keys, found) for keys in lists], _below(field, places))

        _look_up(run, field, read.loader, wanted, outs, fill)

    return fetch


# Calls

Call = Callable[[Run, Any, dict[str, Any], Path | None], Any]


def _method(read: Method) -> Call:
    function = read.function

    def call(run: Run, item: Any, arguments: dict[str, Any], __: Path | None) -> Any:
        return function(item, run.context, **arguments)

    return call


def _resolver(field: "Field") -> Call:
    resolve = field.read.resolve  # type: ignore[union-attr] # what is none of our kinds is a resolver

    def call(run: Run, item: Any, arguments: dict[str, Any], place: Path | None) -> Any:
        return resolve(item, run.info(field, place), **arguments)

    return call


def _calling(field: "Field", complete: Complete, call: Call) -> Fetch:
    def fetch(run: Run, outs: Outs, items: Values, places: Places) -> None:
        below = _below(field, places)
        values: list[Any] = []
        awaited: list[int] = []
        for index, item in enumerate(items):
            value: Any = run.arguments(field)
            if type(value) is not Failure:
                try:
                    value = call(run, item, value, None if below is None else below[index])
                except Exception as error:  # noqa: BLE001 # the failure is the field's
                    value = run.failed(error)
            values.append(value)
            if is_awaitable(value):
                awaited.append(index)
        if not awaited:
            _fill(run, field, complete, outs, values, below)
        elif len(awaited) == len(values):
            run.wait(values, lambda came: _fill(run, field, complete, outs, came, below))
        else:
            at_once = [index for index, value in enumerate(values) if not is_awaitable(value)]
            _fill_some(run, field, complete, outs, values, below, at_once)
            some = partial(_fill_later, run, field, complete, outs, awaited, below)
            run.wait([values[index] for index in awaited], some)

    return fetch


def _fill(run: Run, field: "Field", complete: Complete, outs: Outs, values: Values, places: Places) -> None:
    for out, result in zip(outs, complete(run, values, places), strict=True):
        out[field.key] = result


def _fill_some(
    run: Run, field: "Field", complete: Complete, outs: Outs, values: Values, places: Places, indices: list[int]
) -> None:
    some = [values[index] for index in indices]
    _fill(run, field, complete, [outs[index] for index in indices], some, part(places, indices))


def _fill_later(
    run: Run, field: "Field", complete: Complete, outs: Outs, indices: list[int], places: Places, came: list[Any]
) -> None:
    _fill(run, field, complete, [outs[index] for index in indices], came, part(places, indices))
