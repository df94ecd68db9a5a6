"""What the server sends with GraphiQL; the page itself is proved in a browser (`run.py`)."""

import json

import pytest
from graphql import OperationDefinitionNode, parse, validate

from graph.graphiql.build import SOURCES
from graph.graphiql.page import SAMPLES, content_security_policy, page_config, tabs
from graph.schema import core_schema

VALUES = {"channelId": 'chn_"1"', "conversationId": "dir_1", "email": "ada@example.org", "password": "a\\b"}


def test_each_sample_is_one_named_operation_under_a_title() -> None:
    samples = tabs(VALUES)
    assert len(samples) == len(list(SAMPLES.glob("*.graphql"))) >= 5
    for sample in samples:
        (operation,) = parse(sample["query"]).definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name is not None
        assert sample["query"].startswith(f"# {sample['title']}\n")
    assert len({sample["title"] for sample in samples}) == len(samples)


def test_the_samples_fit_the_schema() -> None:
    for sample in tabs(VALUES):
        assert validate(core_schema(), parse(sample["query"])) == []


def test_variables_are_json_with_the_values_in_their_places() -> None:
    variables = [json.loads(sample["variables"]) for sample in tabs(VALUES) if sample["variables"]]
    assert {"channelId": 'chn_"1"', "count": 20} in variables
    assert {"conversationId": "dir_1"} in variables
    assert {"input": {"email": "ada@example.org", "password": "a\\b"}} in variables
    assert "{{" not in json.dumps(variables)


def test_a_value_that_is_not_given_is_empty() -> None:
    assert all("{{" not in sample["variables"] for sample in tabs({}))


def test_each_variable_of_a_template_is_declared_by_its_operation() -> None:
    for sample in tabs(VALUES):
        (operation,) = parse(sample["query"]).definitions
        assert isinstance(operation, OperationDefinitionNode)
        declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
        assert set(json.loads(sample["variables"] or "{}")) <= declared


def test_kept_tabs_belong_to_the_values() -> None:
    config = page_config(VALUES)
    assert config["dataset"] == page_config(dict(reversed(VALUES.items())))["dataset"]
    assert config["dataset"] != page_config(VALUES | {"channelId": "chn_2"})["dataset"]


def test_the_policy_lets_in_no_script_but_the_page_s_own() -> None:
    policy = dict(part.strip().split(" ", 1) for part in content_security_policy().split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not any("*" in sources or "http" in sources for sources in policy.values())


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_of_the_page_is_there(source: str) -> None:
    assert (SAMPLES.parent / source).is_file()


def test_the_lock_names_no_address() -> None:
    assert "://" not in "".join(
        str(package.get("resolved", ""))
        for package in json.loads((SAMPLES.parent / "package-lock.json").read_text(encoding="utf-8"))[
            "packages"
        ].values()
    )
