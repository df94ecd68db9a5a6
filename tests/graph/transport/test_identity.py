"""Who a request is taken to come from: bearer tokens, cookies, and requests that another site forged."""

import httpx
import pytest
from starlette.applications import Starlette

from graph.auth import COOKIE, cleared_session_cookie, session_cookie
from graph.transport.routes import graphql_routes
from tests.graph.transport.conftest import Serve
from tests.graph.transport.schema import ADA
from tests.graph.transport.served import FOREIGN, FRIENDLY, Served

CSRF = {"x-homeroom-csrf": "1"}
WITH_COOKIE = {"cookie": f"theme=dark; {COOKIE}=ada-token"}


async def viewer_of(served: Served, **headers: str) -> str | None:
    answer = await served.post("{ viewer }", headers={key.replace("_", "-"): value for key, value in headers.items()})
    viewer = answer.json()["data"]["viewer"]
    assert viewer is None or isinstance(viewer, str)
    return viewer


async def test_a_bearer_token_proves_its_viewer(served: Served) -> None:
    assert await viewer_of(served, authorization="Bearer ada-token") == ADA.user_id
    assert await viewer_of(served, authorization="bearer  ada-token") == ADA.user_id
    assert await viewer_of(served) is None


@pytest.mark.parametrize("authorization", ["Bearer stale", "Bearer", "ada-token", "Basic YWRhOmFkYQ==", ""])
async def test_authorization_that_proves_nobody_is_401(served: Served, authorization: str) -> None:
    headers = {"authorization": authorization, **WITH_COOKIE}
    answer = await served.post("{ viewer }", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_sessions_that_cannot_be_looked_up_are_503(served: Served) -> None:
    served.world.sessions_available = False
    answer = await served.post("{ viewer }", headers={"authorization": "Bearer ada-token"})
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"] == {"code": "STORE_UNAVAILABLE", "store": "redis"}
    assert "10.0.0.7" not in answer.text


async def test_a_cookie_proves_its_viewer_where_no_form_can_send_the_request(served: Served) -> None:
    own = f"http://127.0.0.1:{served.port}"
    assert await viewer_of(served, **WITH_COOKIE) == ADA.user_id
    assert await viewer_of(served, origin=own, **WITH_COOKIE) == ADA.user_id
    assert await viewer_of(served, origin=FRIENDLY, **WITH_COOKIE) == ADA.user_id
    answer = await served.http.get("/graphql", params={"query": "{ viewer }"}, headers={**CSRF, **WITH_COOKIE})
    assert answer.json()["data"]["viewer"] == ADA.user_id


async def test_a_cookie_that_another_site_may_have_sent_proves_nobody(served: Served) -> None:
    assert await viewer_of(served, origin=FOREIGN, **WITH_COOKIE) is None
    assert await viewer_of(served, origin="null", **WITH_COOKIE) is None
    assert await viewer_of(served, origin=f"https://127.0.0.1:{served.port}", **WITH_COOKIE) is None
    answer = await served.http.get("/graphql", params={"query": "{ viewer }"}, headers=WITH_COOKIE)
    assert answer.json()["data"]["viewer"] is None


async def test_a_stale_cookie_is_nobody(served: Served) -> None:
    assert await viewer_of(served, cookie=f"{COOKIE}=stale") is None


async def test_signing_in_and_out_sets_and_clears_the_cookie(serve: Serve) -> None:
    served = await serve(secure_cookies=True)
    answer = await served.post("mutation { signIn }")
    assert answer.headers["set-cookie"] == f"{COOKIE}=ada-token; Path=/; HttpOnly; SameSite=Lax; Secure"
    answer = await served.post("mutation { signOut }")
    assert answer.headers["set-cookie"] == f"{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
    assert "set-cookie" not in (await served.post("{ hello }")).headers


def test_a_cookie_holds_nothing_but_a_token() -> None:
    assert session_cookie("a.b-c_d", secure=False) == (
        "set-cookie",
        f"{COOKIE}=a.b-c_d; Path=/; HttpOnly; SameSite=Lax",
    )
    assert "Secure" not in cleared_session_cookie(secure=False)[1]
    for token in ("a; Domain=elsewhere.test", "a\r\nset-cookie: b=c", ""):
        with pytest.raises(ValueError, match="token"):
            session_cookie(token, secure=True)


async def test_only_allowed_origins_may_read_answers(served: Served) -> None:
    allowed = await served.post("{ hello }", headers={"origin": FRIENDLY})
    assert allowed.headers["access-control-allow-origin"] == FRIENDLY
    assert allowed.headers["access-control-allow-credentials"] == "true"
    foreign = await served.post("{ hello }", headers={"origin": FOREIGN})
    assert "access-control-allow-origin" not in foreign.headers


async def test_a_preflight_tells_allowed_origins_what_they_may_send(served: Served) -> None:
    asking = {
        "origin": FRIENDLY,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, authorization, x-homeroom-csrf",
    }
    allowed = await served.http.options("/graphql", headers=asking)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == FRIENDLY
    foreign = await served.http.options("/graphql", headers={**asking, "origin": FOREIGN})
    assert foreign.status_code == 400
    assert "access-control-allow-origin" not in foreign.headers


async def test_a_websocket_takes_its_viewer_from_its_first_message(served: Served) -> None:
    async with served.connect(init={"authorization": "Bearer ada-token"}) as socket:
        await socket.subscribe("1", "{ viewer }")
        assert (await socket.receive())["payload"]["data"]["viewer"] == ADA.user_id


@pytest.mark.parametrize(
    ("origin", "viewer"), [("own", ADA.user_id), (FRIENDLY, ADA.user_id), (FOREIGN, None), (None, None)]
)
async def test_a_websocket_takes_the_cookie_of_an_allowed_origin(
    served: Served, origin: str | None, viewer: str | None
) -> None:
    origin = f"http://127.0.0.1:{served.port}" if origin == "own" else origin
    async with served.connect(init={}, additional_headers=WITH_COOKIE, origin=origin) as socket:
        await socket.subscribe("1", "{ viewer }")
        assert (await socket.receive())["payload"]["data"]["viewer"] == viewer


async def test_without_allowed_origins_a_preflight_allows_nothing(served: Served) -> None:
    app = Starlette(routes=graphql_routes("/graphql", served.endpoint, served.websocket))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://own.test") as http:
        headers = {"origin": FRIENDLY, "access-control-request-method": "POST"}
        answer = await http.options("/graphql", headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert (await http.post("/graphql", json={"query": "{ hello }"})).status_code == 200
