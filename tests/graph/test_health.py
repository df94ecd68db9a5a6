"""`/health` says of each store what it is owed."""

import httpx

from tests.server import Server

OWED = {"owed": 0, "oldestOwedSeconds": None, "deadLetters": 0}
FALLBACKS = {"fallbacks", "lastFallback"}
"""Counted from the start of the server, which a busy machine may have made wait for a store."""


async def test_each_store_says_what_it_is_owed_and_by_whom(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        answer = await http.get("/health")
    health = answer.json()
    assert (answer.status_code, health["status"]) == (200, "healthy")
    stores = health["stores"]
    assert set(stores) == {"postgresql", "mongodb", "redis", "cassandra"}
    creditors = {
        "cassandra": [("mongodb", "channel messages")],
        "mongodb": [("postgresql", "direct messages"), ("postgresql", "logs of persons")],
        "postgresql": [("mongodb", "direct messages")],
    }
    for name, by in creditors.items():
        assert {key: stores[name][key] for key in OWED} == OWED
        assert stores[name].keys() >= FALLBACKS
        assert (stores[name]["fallbacks"] == 0) is (stores[name]["lastFallback"] is None)
        assert [(each["store"], each["what"]) for each in stores[name]["owedBy"]] == by
    assert set(stores["redis"]) == {"available", "latencyMs"}
