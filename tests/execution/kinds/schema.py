"""The blog's schema: attributes, joins, connections and methods, interfaces and a union, nullable and not."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import strawberry

from datasources.records import pages
from graph.fields import (
    attribute,
    connected,
    enum_type,
    joined,
    joined_many,
    method,
    node_type,
    object_type,
    subscription,
)
from resolvers.loaders import Loaders
from resolvers.paging import id_position
from resolvers.viewer import Viewer
from tests.execution.kinds import records
from tests.execution.kinds.records import Blog, Kind, authors_by_id, comments_by_post, fresh, posts_by_id

WORDS = "What its name says."


@dataclass(slots=True)
class Context:
    """As `graph/context.py`'s, in what fields read of it; `calls` has the methods' calls."""

    loaders: Loaders
    viewer: Viewer | None = None
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def blog(self) -> Blog:
        found: Any = self.loaders.stores
        return found  # type: ignore[no-any-return] # the blog stands for the stores


def new_context(blog: Blog) -> Context:
    blog.batches.clear()
    stores: Any = blog
    return Context(Loaders(stores, None))


enum_type(Kind, description=WORDS, values=dict.fromkeys(Kind, WORDS))


@strawberry.interface(description=WORDS)
class Named:
    id: strawberry.ID = attribute(WORDS)


@node_type(records.Author, description=WORDS)
class Author(Named):
    name: str = attribute(WORDS)
    rank: Kind | None = attribute(WORDS)
    manager: Annotated["Author", strawberry.lazy("tests.execution.kinds.schema")] | None = joined(
        authors_by_id, key="manager_id", description=WORDS
    )
    manager_name: str | None = joined(authors_by_id, key="manager_id", take="name", description=WORDS)
    friends: list[Annotated["Author", strawberry.lazy("tests.execution.kinds.schema")] | None] | None = joined_many(
        authors_by_id, keys="friend_ids", description=WORDS, length=3
    )

    @method(str | None, description=WORDS)
    def greeting(self: records.Author, context: Context, word: str = "hello", times: int | None = None) -> str | None:
        context.calls.append(("greeting", self.id, word, times))
        if word == "wrong":
            raise ValueError(self.id)
        return f"{word} {self.name} {times}"

    @method(int, description=WORDS)
    async def posts_count(self: records.Author, context: Context) -> int:
        context.calls.append(("posts_count", self.id))
        posts = await context.loaders.load_many(posts_by_id, ["pst_0", "pst_1"])
        return sum(post.author_id == self.id for post in posts if post is not None)


@object_type(records.Comment, description=WORDS)
class Comment:
    id: strawberry.ID = attribute(WORDS)
    text: str = attribute(WORDS)
    author: Author = joined(authors_by_id, key="author_id", description=WORDS)


@object_type(pages.PageInfo, description=WORDS)
class BlogPageInfo:
    has_next_page: bool = attribute(WORDS)
    end_cursor: str | None = attribute(WORDS)


@object_type(pages.Edge, description=WORDS)
class CommentEdge:
    cursor: str = attribute(WORDS)
    node: Comment | None = attribute(WORDS)


@object_type(pages.Page, description=WORDS)
class CommentConnection:
    edges: list[CommentEdge] = attribute(WORDS, length=1)
    page_info: BlogPageInfo = attribute(WORDS)


@strawberry.interface(description=WORDS)
class Post(Named):
    title: str = attribute(WORDS)
    score: int | None = attribute(WORDS)
    tags: list[str | None] | None = attribute(WORDS)
    created_at: datetime = attribute(WORDS)
    fragile: int | None = attribute(WORDS)
    author: Author | None = joined(authors_by_id, key="author_id", description=WORDS)
    strict_author: Author = joined(authors_by_id, key="author_id", description=WORDS)
    comments: CommentConnection | None = connected(
        comments_by_post, key="id", position=id_position("com"), description=WORDS, newest_by_default=True
    )


@node_type(records.Post, kind=Kind.ARTICLE, description=WORDS)
class Article(Post):
    @method(list[int], description=WORDS, length=1)
    def numbers(self: records.Post, context: Context, to: int = 2) -> list[int]:
        context.calls.append(("numbers", self.id, to))
        return list(range(to % 5))


@node_type(records.Post, kind=Kind.NOTE, description=WORDS)
class Note(Post):
    kind: Kind = attribute(WORDS)


Found = Annotated[Author | Article | Note, strawberry.union("Found", description=WORDS)]


@strawberry.type(description=WORDS)
class Query:
    @method(list[Post | None], description=WORDS, length=8)
    def posts(self, context: Context, ids: list[strawberry.ID] | None = None) -> Any:
        context.calls.append(("posts", ids))
        return context.loaders.load_many(posts_by_id, ids or [f"pst_{number}" for number in range(8)])

    @method(list[Found | None], description=WORDS, length=4)
    async def found(self, context: Context, kind: Kind | None = None) -> Any:
        await asyncio.sleep(0)
        everything = [fresh(each) for each in (*context.blog.authors.values(), *context.blog.posts.values())]
        return everything if kind is None else [each for each in everything if getattr(each, "kind", kind) is kind]

    @method(Named | None, description=WORDS)
    async def named(self, context: Context, id: strawberry.ID) -> Any:  # noqa: A002 # the schema's name
        loader: Any = authors_by_id if id.startswith("aut") else posts_by_id
        return await context.loaders.load(loader, id)

    @method(Author, description=WORDS)
    def first_author(self, context: Context) -> Any:
        return fresh(context.blog.authors["aut_0"])


@strawberry.type(description=WORDS)
class Subscription:
    @subscription(Post | None, description=WORDS)
    async def post_added(self, context: Context, to: int = 3) -> Any:
        for number in range(to):
            yield context.blog.posts[f"pst_{number}"]


SCHEMA = strawberry.Schema(Query, subscription=Subscription, types=[Author, Article, Note])
CORE = SCHEMA._schema
