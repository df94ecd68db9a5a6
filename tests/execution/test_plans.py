"""The bound of all plans that a process keeps."""

from typing import Any

import pytest
from graphql import build_schema, parse

from graph.execution import compiler
from graph.execution.compiler import GENERATED_MAXIMUM, compile_operation
from graph.execution.plans import Plans

SCHEMA = build_schema("type Thing { id: ID, name: String, next: Thing } type Query { thing: Thing }")
ROOT: dict[str, Any] = {"thing": {"id": "1", "name": "a", "next": {"id": "2", "name": "b", "next": None}}}
DATA = {"thing": {"id": "1", "next": {"id": "2"}}}


class Named:
    def __init__(self) -> None:
        self.dropped = 0

    def drop(self) -> None:
        self.dropped += 1


def test_the_least_recently_used_goes_first_and_the_newest_never() -> None:
    plans, one, other, large = Plans(10), Named(), Named(), Named()
    plans.grew(one, 4)
    plans.grew(other, 4)
    plans.used(one)
    plans.grew(large, 5)
    assert (one.dropped, other.dropped, len(plans)) == (0, 1, 9)
    plans.grew(large, 10)
    assert (one.dropped, large.dropped, len(plans)) == (1, 0, 15)
    plans.used(other)
    plans.grew(other, 1)
    assert (large.dropped, len(plans)) == (1, 1)


def test_a_plan_that_nobody_has_any_more_is_not_kept() -> None:
    plans, one, other = Plans(10), Named(), Named()
    plans.grew(one, 4)
    plans.grew(other, 3)
    plans.grew(one, 1)
    del one
    assert len(plans) == 3


async def test_an_operation_whose_plan_was_dropped_is_planned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = Plans(8)
    monkeypatch.setattr(compiler, "PLANS", plans)
    operations = [compile_operation(SCHEMA, parse("{ thing { id next { id } } }")) for _ in range(5)]
    for _ in range(3):
        for operation in operations:
            assert (await operation.execute(ROOT)).data == DATA
            assert len(plans) <= 8
    assert [bool(operation.source) for operation in operations] == [False, False, False, True, True]


async def test_variants_share_what_an_operation_may_have_written() -> None:
    names = [f"v{number}" for number in range(8)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: thing @include(if: ${name}) {{ next {{ id next {{ name }} }} }}" for name in names)
    operation = compile_operation(SCHEMA, parse(f"query ({declared}) {{ {fields} }}"))
    for number in range(1 << len(names)):
        chosen = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        found = await operation.execute(ROOT, None, chosen)
        assert found.data == {name: {"next": {"id": "2", "next": None}} for name in names if chosen[name]}
    assert operation.written > GENERATED_MAXIMUM
    assert operation.source.strip() == ""
