"""Signing up, in and out, over HTTP."""

from tests.client import PASSWORD, Client
from tests.server import Server


async def test_a_new_account_is_signed_in(server: Server) -> None:
    async with Client(server.url) as somebody:
        await somebody.sign_up("Noor Haddad")

        viewer = (await somebody.data("viewer"))["viewer"]

        assert (viewer["name"], viewer["email"], viewer["id"]) == ("Noor Haddad", somebody.email, somebody.user_id)


async def test_nobody_is_nobody(server: Server) -> None:
    async with Client(server.url) as nobody:
        assert (await nobody.data("viewer"))["viewer"] is None

        answer = await nobody.answer('{ node(id: "usr_00000000000000000000000000000000") { id } }')

        assert answer["data"] == {"node": None}
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_address_can_be_taken_once_whatever_its_case(client: Client, server: Server) -> None:
    async with Client(server.url) as other:
        payload = await other.payload("sign_up", email=client.email.upper(), password=PASSWORD, name="Twin")

        assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [("CONFLICT", ["email"])]
        assert payload["token"] is None


async def test_an_unknown_address_and_a_wrong_password_read_the_same(client: Client, server: Server) -> None:
    async with Client(server.url) as stranger:
        unknown = await stranger.payload("sign_in", email="nobody@example.org", password=PASSWORD)
        wrong = await stranger.payload("sign_in", email=client.email, password="not it at all")

        assert unknown == wrong
        assert unknown["token"] is None
        assert len(unknown["userErrors"]) == 1


async def test_all_that_is_wrong_with_a_sign_up_is_said_at_once(server: Server) -> None:
    async with Client(server.url) as somebody:
        payload = await somebody.payload("sign_up", email="not an address", password="short", name="  ")

        assert {tuple(error["path"]) for error in payload["userErrors"]} == {("email",), ("password",), ("name",)}
        assert {error["code"] for error in payload["userErrors"]} == {"INVALID"}


async def test_signing_out_ends_this_session_alone(client: Client, server: Server) -> None:
    async with Client(server.url) as elsewhere:
        elsewhere.token = (await elsewhere.done("sign_in", email=client.email, password=PASSWORD))["token"]
        await client.data("mutation { signOut { ended userErrors { code } } }")

        answer = await client.answer("viewer")

        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (await elsewhere.data("viewer"))["viewer"]["id"] == client.user_id


async def test_signing_out_everywhere_ends_all_sessions_on_every_process(
    client: Client, server: Server, other_server: Server
) -> None:
    del server
    async with Client(other_server.url) as elsewhere:
        elsewhere.token = (await elsewhere.done("sign_in", email=client.email, password=PASSWORD))["token"]
        await elsewhere.data("viewer")
        ended = await client.data("mutation { signOutEverywhere { ended userErrors { code } } }")

        answer = await elsewhere.answer("viewer")

        assert ended["signOutEverywhere"]["ended"] == 2
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_browser_gets_a_cookie_that_a_plain_form_cannot_use(client: Client, server: Server) -> None:
    async with Client(server.url) as browser:
        await browser.done("sign_in", email=client.email, password=PASSWORD)
        query = "{ viewer { id } }"

        by_fetch = await browser.http.post("/graphql", json={"query": query})
        by_link = await browser.http.get("/graphql", params={"query": query})

        assert by_fetch.json()["data"]["viewer"]["id"] == client.user_id
        assert by_link.json()["data"]["viewer"] is None


async def test_an_address_is_shown_to_its_owner_alone(client: Client, server: Server) -> None:
    async with Client(server.url) as other:
        await other.sign_up()
        workspace = await client.workspace()
        await client.invite(workspace, other)

        seen = await other.data("query ($id: ID!) { node(id: $id) { ... on User { name email } } }", id=client.user_id)

        assert seen["node"] == {"name": "Ada Quill", "email": None}


async def test_what_hangs_from_a_sign_in_is_the_new_viewers(client: Client, server: Server) -> None:
    workspace = await client.workspace("Mine")
    async with Client(server.url) as other:
        await other.sign_up()

        answer = await other.data(
            """mutation ($input: SignInInput!) {
              signIn(input: $input) { user { email workspaces { edges { node { id } } } } userErrors { code } }
            }""",
            input={"email": client.email, "password": PASSWORD},
        )

    user = answer["signIn"]["user"]
    assert user["email"] == client.email
    assert [edge["node"]["id"] for edge in user["workspaces"]["edges"]] == [workspace]


async def test_nothing_is_done_after_a_sign_out_in_the_same_document(client: Client) -> None:
    answer = await client.answer(
        """mutation { a: signOut { ended } b: createWorkspace(input: {name: "late"}) { workspace { id } } }"""
    )

    assert answer["data"] == {"a": {"ended": 1}, "b": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
