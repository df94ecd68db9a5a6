"""Every setting stands in `docs/operations.md` and in `.env.example`, and nothing stands there that is none."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices

from graph.settings import Settings

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (?:`([^`]*)`)? ?\| (.*) ?\|$", re.MULTILINE)
LINE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)


def names_of(field: str) -> list[str]:
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    assert isinstance(alias, str)
    return [alias]


NAMES = {field: names_of(field) for field in Settings.model_fields}


def shown(default: Any) -> str:
    """A default as a person writes it in the environment."""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default is None else str(default)


def test_the_table_has_every_setting_with_its_default() -> None:
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    rows = {name: (default or "", text) for name, default, text in ROW.findall(table)}
    assert set(rows) == {names[0] for names in NAMES.values()}
    for field, names in NAMES.items():
        default, text = rows[names[0]]
        assert default == shown(Settings.model_fields[field].default), names[0]
        for other in names[1:]:
            assert f"`{other}`" in text, f"{other}, another name of {names[0]}"


def test_the_example_has_every_setting_and_sets_none() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    found = [name for name, _ in LINE.findall(example)]
    assert sorted(found) == sorted(names[0] for names in NAMES.values())
    for names in NAMES.values():
        for name in names:
            assert name in example
    assert all(line.startswith("#") for line in example.splitlines() if line)


def test_the_example_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = tmp_path / "some.pem"
    certificates.write_text("certificates", encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = [f"{name}={value or 'x' * 32}" for name, value in LINE.findall(example)]
    there = re.sub(r"=/etc/homeroom/\S+", f"={certificates}", "\n".join(lines))
    for name in (name for names in NAMES.values() for name in names):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text(there, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    nothing_given: dict[str, Any] = {}
    settings = Settings(**nothing_given)
    assert settings.production
    assert settings.allowed_origins == ("https://school.example.org", "https://app.example.org")
    assert settings.cassandra_replication == 3
    assert {field for field in NAMES if getattr(settings, field) is None} == set()
