"""What the server needs to send the GraphiQL page; the routes are in `graph/transport`.

The page is `DIST / "index.html"` for a browser's GET of `/graphql`, with `content_security_policy()`; its files are
`DIST / "assets"` under `/graphiql/assets/` (their names carry a hash, so they may be cached for ever); its
configuration is the JSON of `page_config()` at `/graphiql/config.json`, never cached.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

DIST = Path(__file__).parent / "dist"
SAMPLES = Path(__file__).parent / "samples"

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    # The editor writes its colours and positions as style elements and attributes.
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self' data:",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


class Tab(TypedDict):
    """A sample operation: title in words, the document, and its variables as the text of a JSON object."""

    title: str
    query: str
    variables: str


class DemoUser(TypedDict):
    """Whom the session cookie that comes with the page speaks for."""

    name: str
    email: str


class PageConfig(TypedDict):
    """What `GET /graphiql/config.json` answers; `subscriptionUrl` null means the endpoint, as a websocket."""

    endpoint: str
    subscriptionUrl: str | None
    headers: dict[str, str]
    dataset: str
    demoUser: DemoUser | None
    tabs: list[Tab]


def built() -> bool:
    """Whether the page is there to be sent; `python -m graph.graphiql.build` makes it."""
    return (DIST / "index.html").is_file()


def content_security_policy() -> str:
    """The header's value: nothing from another host, and no script but the page's own files."""
    return "; ".join(f"{directive} {sources}" for directive, sources in _POLICY.items())


def tabs(values: Mapping[str, str]) -> list[Tab]:
    """The sample operations, `{{name}}` in their variables replaced by `values[name]`, or by nothing where it has none.

    The samples ask for `channelId`, `conversationId`, `email` and `password`.
    """
    return [_tab(sample, values) for sample in sorted(SAMPLES.glob("*.graphql"))]


def page_config(
    values: Mapping[str, str], *, demo_user: DemoUser | None = None, headers: Mapping[str, str] | None = None
) -> PageConfig:
    """The page's configuration. Tabs that a browser has kept are shown again for the same `values` only."""
    dataset = hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode()).hexdigest()
    return {
        "endpoint": "/graphql",
        "subscriptionUrl": None,
        "headers": dict(headers or {}),
        "dataset": dataset[:12],
        "demoUser": demo_user,
        "tabs": tabs(values),
    }


def _tab(sample: Path, values: Mapping[str, str]) -> Tab:
    query = sample.read_text(encoding="utf-8").strip()
    template = sample.with_suffix(".json")
    variables = _filled(template.read_text(encoding="utf-8").strip(), values) if template.is_file() else ""
    return {"title": query.partition("\n")[0].lstrip("# "), "query": query, "variables": variables}


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each placeholder replaced by its value, escaped to stand inside a JSON string."""
    return _PLACEHOLDER.sub(lambda name: json.dumps(values.get(name[1], ""))[1:-1], template)
