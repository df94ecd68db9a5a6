"""`homeroom explain` prints how an operation is executed, or what is wrong with it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graph.cli import app

PAGE = """query Page($id: ID!, $authors: Boolean!) { channel(id: $id) {
  name messages { edges { node { content author @include(if: $authors) { name } } } }
} }"""


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments])


@pytest.mark.parametrize(("authors", "waves"), [("true", 3), ("false", 2)])
def test_it_prints_the_plan_for_these_variables_and_its_code(authors: str, waves: int) -> None:
    told = explain(PAGE, "--variables", f'{{"id": "chn_x", "authors": {authors}}}')
    assert told.exit_code == 0
    assert f"At most {waves} waves of look-ups" in told.stdout
    assert (
        "messages: one look-up by `messages_by_room` with every `id` and the page's arguments (wave 2)" in told.stdout
    )
    assert ("one look-up by `users_by_id` with every `author_id` (wave 3)" in told.stdout) is (authors == "true")
    assert "def level_function(run, items, places):" in told.stdout
    assert "'content': (v if type(v := o.content) is str else leaf_" in told.stdout


def test_it_reads_a_file_and_one_operation_of_several(tmp_path: Path) -> None:
    file = tmp_path / "two.graphql"
    file.write_text("query One { viewer { id } } query Two { viewer { name } }", encoding="utf-8")
    assert "name: in one comprehension" in explain(str(file), "--operation", "Two").stdout


def test_every_type_that_may_come_is_in_the_plan() -> None:
    told = explain(
        'subscription { channelEvents(channelId: "chn_x") { __typename ... on MessageSent { message { id } } } }'
    )
    assert "channelEvents: the event itself" in told.stdout
    assert "MessageSent" in told.stdout
    assert "EventGap" in told.stdout


@pytest.mark.parametrize(
    ("query", "variables", "told"),
    [
        ("{ nope }", "{}", "Cannot query field 'nope'"),
        ("{ viewer", "{}", "Syntax Error"),
        ("query ($id: ID!) { channel(id: $id) { id } }", "{}", "Variable '$id'"),
        ("{ viewer { id } }", "{", "JSON"),
    ],
)
def test_what_cannot_be_executed_is_told(query: str, variables: str, told: str) -> None:
    result = explain(query, "--variables", variables)
    assert result.exit_code == 1
    assert told.lower() in (result.stderr + result.stdout).lower()
