"""GraphiQL for a browser in development, with the demo user signed in where there is demo data."""

import re
from typing import Any, Final

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from datasources.errors import Unavailable
from graph.auth import COOKIE, session_cookie
from graph.graphiql import page
from resolvers.demo import DEMO_PASSWORD, TEACHER, Planted
from resolvers.errors import Refused
from resolvers.identity import Identity

THIS_MACHINE: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
"""What the Host header of a browser on this machine is."""

_log: Any = structlog.get_logger(__name__)
_NOT_BUILT: Final = "GraphiQL is not built yet: run `make serve`, or `python -m graph.graphiql.build`."


class _Assets(StaticFiles):
    """Files whose names carry a hash of what is in them: a browser may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if path.startswith("assets/"):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


class GraphiQL:
    """The page and what belongs to it. `demo` is set once the demo data is there."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.demo: Planted | None = None

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/graphiql/config.json", self.config),
            Mount("/graphiql", _Assets(directory=page.DIST, check_dir=False)),
        ]

    async def page(self, request: Request) -> Response:
        """The page; a browser that nobody has signed in with yet becomes the demo user."""
        if not page.built():
            return PlainTextResponse(_NOT_BUILT, 503)
        response = FileResponse(
            page.DIST / "index.html",
            media_type="text/html",
            headers={
                "content-security-policy": page.content_security_policy(),
                "cache-control": "no-store",
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
            },
        )
        token = await self._greeting(request)
        if token is not None:
            response.headers.append(*session_cookie(token, secure=False))
        return response

    async def config(self, request: Request) -> Response:
        demo = self._demo_for(request)
        values = {"email": TEACHER, "password": DEMO_PASSWORD} if demo else {}
        if demo:
            values |= {"channelId": demo.channel_id, "conversationId": demo.conversation_id}
        config = page.page_config(values, demo_user={"name": demo.teacher_name, "email": TEACHER} if demo else None)
        return Response(orjson.dumps(config), media_type="application/json", headers={"cache-control": "no-store"})

    async def _greeting(self, request: Request) -> str | None:
        """The token of a new session of the demo user; None where there is none to be had, or none needed."""
        demo = self._demo_for(request)
        if demo is None:
            return None
        try:
            if await self._signed_in(request):
                return None
            return (await self._identity.begin_session(demo.teacher_id, "GraphiQL")).token
        except (Refused, Unavailable) as without:
            _log.warning("GraphiQL opens with nobody signed in", reason=str(without))
            return None

    def _demo_for(self, request: Request) -> Planted | None:
        """Only under a name of this machine: another site's name that leads here (DNS rebinding) gets no session."""
        # Not `request.url`: for a malformed Host that has the address on which the server listens.
        host = request.headers.get("host", "")
        return self.demo if THIS_MACHINE.fullmatch(host) else None

    async def _signed_in(self, request: Request) -> bool:
        token = request.cookies.get(COOKIE)
        return token is not None and await self._identity.viewer(token) is not None
