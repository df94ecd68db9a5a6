"""From results that hold failures to the response: nulls where the specification puts them, errors in its order.

The results are walked depth first, in the order of the response. A failure becomes an error with its path and its
place in the document; where the type forbids a null, the null moves up to the nearest place that allows one, and what
comes after it there is left out, as it would be had the fields been executed one after the other. Source: the
specification's "Handling Execution Errors".
"""

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLOutputType, is_leaf_type, is_list_type, is_non_null_type, located_error

from graph.execution.run import Broken, Run, Slot
from resolvers.loaders.batching import Failure

if TYPE_CHECKING:
    from graph.execution.level import Level
    from graph.execution.plan import Field

Keys = tuple[str | int, ...]


class Settling:
    """Of one execution; `errors` in the order of the response."""

    def __init__(self, run: Run, *, propagate: bool) -> None:
        self.errors: list[GraphQLError] = []
        self._propagate = propagate
        self._levels: dict[int, Level] = {id(out): level for level, outs in run.built for out in outs}

    def data(self, result: Any) -> dict[str, Any] | None:
        """The data of the operation; None where a failure reached the root."""
        try:
            return self._object(result, ())
        except GraphQLError as error:
            self.errors.append(error)
            return None

    def _object(self, result: Any, path: Keys) -> dict[str, Any]:
        level = self._levels[id(result)]
        return {
            field.key: self._caught(field, field.type, result[field.key], (*path, field.key)) for field in level.fields
        }

    def _caught(self, field: "Field", type_: GraphQLOutputType, result: Any, path: Keys) -> Any:
        try:
            return self._value(field, type_, result, path)
        except GraphQLError as error:
            if is_non_null_type(type_) and self._propagate:
                raise
            self.errors.append(error)
            return None

    def _value(self, field: "Field", type_: GraphQLOutputType, result: Any, path: Keys) -> Any:
        while type(result) is Slot:
            result = result.value
        if type(result) is Failure:
            raise located_error(result.error, field.nodes, list(path))
        if is_non_null_type(type_):
            type_ = type_.of_type
        if result is None or is_leaf_type(type_):
            return result
        if is_list_type(type_):
            return self._list(field, type_.of_type, result, path)
        return self._object(result, path)

    def _list(self, field: "Field", type_: GraphQLOutputType, result: Any, path: Keys) -> list[Any]:
        items = result.items if type(result) is Broken else result
        settled = [self._caught(field, type_, item, (*path, index)) for index, item in enumerate(items)]
        if type(result) is Broken:
            raise located_error(result.failure.error, field.nodes, list(path))
        return settled
