"""The collector runs between these tests only.

graphql-core leaves coroutines behind where a field fails beside them. Whatever frame the collector then happens to run
in is told that they were never awaited, in another test if need be, and some frames cannot even be told.
"""

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def between_tests() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()
