"""The page for a browser, and whom a browser becomes that opens it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from datasources.embedded import Endpoints
from datasources.layers.sessions import LayeredSessions
from datasources.postgres.sessions import PostgresSessions
from datasources.postgres.users import PostgresUsers
from datasources.records.ids import MessageId, UserId, direct_id, new_channel_id, new_user_id, new_workspace_id
from datasources.redis.rate_limits import RedisRateLimits
from datasources.redis.sessions import RedisSessions
from graph.auth import COOKIE
from graph.graphiql import page
from graph.graphiql.routes import GraphiQL
from resolvers.demo import DEMO_PASSWORD, TEACHER, Planted
from resolvers.identity import Identity
from resolvers.rate_limits import RATES, RateLimits
from tests.datasources.postgres.places import Line, line_to, migrated_database, opened
from tests.datasources.redis.places import connected
from tests.datasources.redis.valkey import durable_valkey

HTML = {"accept": "text/html"}


def planted(teacher_id: UserId) -> Planted:
    """Demo data of which only the teacher is really there."""
    return Planted(
        people=1,
        workspaces=0,
        channels=0,
        messages=0,
        teacher_id=teacher_id,
        teacher_name="Ada",
        student_id=(student_id := new_user_id()),
        student_name="Ben",
        workspace_id=new_workspace_id(),
        channel_id=new_channel_id(),
        message_id=MessageId("msg_0"),
        conversation_id=direct_id(teacher_id, student_id),
    )


@pytest.fixture
async def line(endpoints: Endpoints, run_id: str) -> AsyncIterator[Line]:
    async with (
        migrated_database(endpoints.database_url or "", f"homeroom_test_{run_id}_graphiql") as url,
        line_to(url) as line,
    ):
        yield line


@pytest.fixture
async def identity(line: Line, tmp_path: Path) -> AsyncIterator[Identity]:
    async with (
        durable_valkey(tmp_path) as valkey,
        connected(valkey.url) as redis,
        opened(line.url) as database,
    ):
        sessions = LayeredSessions(PostgresSessions(database), RedisSessions(redis))
        await sessions.sweep()
        identity = Identity(
            PostgresUsers(database), sessions, RateLimits(RedisRateLimits(redis)), secret=b"of these tests"
        )
        yield identity
        await identity.stop()


@pytest.fixture
async def graphiql(identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GraphiQL:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "index.html").write_text("<title>GraphiQL</title>", encoding="utf-8")
    monkeypatch.setattr(page, "DIST", folder)
    teacher = await identity.sign_up(TEACHER, DEMO_PASSWORD, "Ada", None, None)
    graphiql = GraphiQL(identity)
    graphiql.demo = planted(teacher.user.id)
    return graphiql


Browser = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def browser(graphiql: GraphiQL) -> Browser:
    app = Starlette(routes=[Route("/graphql", graphiql.page), *graphiql.routes()])
    return lambda: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", headers=HTML)


async def test_a_browser_becomes_the_demo_user_once(browser: Browser, graphiql: GraphiQL, identity: Identity) -> None:
    async with browser() as somebody:
        first = await somebody.get("/graphql")
        viewer = await identity.viewer(first.cookies[COOKIE])
        assert viewer is not None
        assert graphiql.demo is not None
        assert viewer.user_id == graphiql.demo.teacher_id
        assert COOKIE not in (await somebody.get("/graphql")).cookies
        await identity.sign_out(viewer)
        assert COOKIE in (await somebody.get("/graphql")).cookies


async def test_opening_the_page_does_not_count_as_signing_in(browser: Browser, identity: Identity) -> None:
    for _ in range(RATES.sign_ins.each + 2):
        async with browser() as somebody:
            answer = await somebody.get("/graphql")
            assert answer.status_code == 200
            assert COOKIE in answer.cookies
    assert (await identity.sign_in(TEACHER, DEMO_PASSWORD, None, "192.0.2.1")).user.email == TEACHER


@pytest.mark.parametrize("host", ["[bad", "elsewhere.test", "localhost@elsewhere.test", ""])
async def test_a_host_that_is_not_this_machine_gets_the_page_alone(browser: Browser, host: str) -> None:
    async with browser() as somebody:
        answer = await somebody.get("/graphql", headers={"host": host})
        assert (answer.status_code, answer.text) == (200, "<title>GraphiQL</title>")
        assert "set-cookie" not in answer.headers
        config = await somebody.get("/graphiql/config.json", headers={"host": host})
        assert config.json()["demoUser"] is None


async def test_the_samples_are_about_the_demo_data(browser: Browser, graphiql: GraphiQL) -> None:
    assert graphiql.demo is not None
    async with browser() as somebody:
        config = (await somebody.get("/graphiql/config.json")).json()
    variables = "".join(tab["variables"] for tab in config["tabs"])
    for value in (graphiql.demo.channel_id, graphiql.demo.conversation_id, TEACHER, DEMO_PASSWORD):
        assert f'"{value}"' in variables


@pytest.mark.parametrize("host", ["127.0.0.1:4000", "LOCALHOST:80", "[::1]:4000"])
async def test_a_name_of_this_machine_is_greeted(browser: Browser, host: str) -> None:
    async with browser() as somebody:
        assert "set-cookie" in (await somebody.get("/graphql", headers={"host": host})).headers


async def test_the_page_comes_without_a_session_where_there_is_none_to_be_had(
    browser: Browser, graphiql: GraphiQL, line: Line
) -> None:
    demo = graphiql.demo
    graphiql.demo = planted(new_user_id())
    async with browser() as somebody:
        refused = await somebody.get("/graphql")
        graphiql.demo = demo
        await line.cut()
        away = await somebody.get("/graphql")
    for answer in (refused, away):
        assert (answer.status_code, answer.text) == (200, "<title>GraphiQL</title>")
        assert "set-cookie" not in answer.headers
