"""Schemas, documents, data and variables drawn at random: graphql-core and the compiled executor answer the same.

`HOMEROOM_CASES` says how many cases, 10,000 by default. A failure prints its case made small, and the value of
`HOMEROOM_CASE` that repeats it.
"""

import gc
import os
from typing import Final

import pytest
from graphql import validate, validate_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.execution import compiler
from tests.execution.generated.cases import Case, Seeds, document_of, made_of
from tests.execution.generated.worlds import World

CASES: Final = int(os.environ.get("HOMEROOM_CASES", "10000"))
ONE: Final = os.environ.get("HOMEROOM_CASE")
WORLDS: Final = 5
DOCUMENTS: Final = 20
PARTS: Final = 8
"""And two more, with few generated functions."""

# What graphql-core leaves behind says so when it is collected; what ours would leave the cases find by themselves.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine '(Executor|default_type_resolver):RuntimeWarning")

each_schema = settings(
    max_examples=max(1, CASES // ((PARTS + 2) * DOCUMENTS * WORLDS)),
    # The same cases each time, and others for each part.
    derandomize=True,
    database=None,
    deadline=None,
    # A number has nothing to be made smaller; a case that fails makes itself small.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("part", range(PARTS))
@each_schema
@given(seed=st.integers(0, 2**32))
async def test_both_executors_give_the_same_answer(part: int, seed: int) -> None:
    await _hold_all(seed * PARTS + part)


@pytest.mark.parametrize("levels", [0, 3])
@each_schema
@given(seed=st.integers(0, 2**32))
async def test_levels_past_the_bound_of_generated_functions_are_answered_alike(levels: int, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "GENERATED_MAXIMUM", levels)
        await _hold_all(seed * (PARTS + levels))


@pytest.mark.parametrize("case", [ONE] if ONE else ["1/1/1"])
async def test_a_case_is_repeated_by_its_numbers(case: str) -> None:
    seeds = Seeds(*map(int, case.split("/")))
    made = made_of(seeds.schema)
    await _hold(Case.of(made, document_of(made, seeds.document), World(made, seeds.world)), seeds)
    gc.collect()


def test_what_is_drawn_is_valid() -> None:
    for seed in range(12):
        made = made_of(seed)
        assert not validate_schema(made.schema)
        for number in range(6):
            document = document_of(made, number)
            assert not validate(made.schema, document.document), document.text


async def _hold_all(schema: int) -> None:
    """All cases of one schema."""
    made = made_of(schema)
    worlds = [World(made, number) for number in range(WORLDS)]
    for number in range(DOCUMENTS):
        document = document_of(made, number)
        for world in worlds:
            await _hold(Case.of(made, document, world), Seeds(made.seed, number, world.seed))
    gc.collect()


async def _hold(case: Case, seeds: Seeds) -> None:
    if await case.problem():
        pytest.fail(await case.report(seeds), pytrace=False)
