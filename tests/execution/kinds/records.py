"""Records of a small blog, and loaders of them from a dictionary: values, what is missing, and what is broken."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from datasources.records.pages import Edge, Page, PageArguments, page_of
from resolvers.loaders import Loader, Loaders
from tests.execution.generated.draw import Draw


class Kind(Enum):
    ARTICLE = "article"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Author:
    id: str
    name: str | None
    manager_id: str | None
    friend_ids: tuple[str, ...] | None
    rank: Kind | None


@dataclass(frozen=True, slots=True)
class Post:
    id: str
    kind: Kind
    author_id: str | None
    title: str | None
    score: Any
    tags: Sequence[str | None] | None
    created_at: datetime

    @property
    def fragile(self) -> int | None:
        if self.score == 13:
            raise ValueError("fragile")
        return 1


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    post_id: str
    author_id: str | None
    text: str


class Broken(Exception):
    """What a store answers for one key."""


@dataclass
class Blog:
    """All there is, and what was asked for: (loader, keys) of each batch."""

    authors: dict[str, Any] = field(default_factory=dict)
    posts: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, list[Comment]] = field(default_factory=dict)
    batches: list[tuple[str, list[Any]]] = field(default_factory=list)
    away: bool = False

    async def answer(self, name: str, keys: list[Any], found: dict[Any, Any]) -> list[Any]:
        self.batches.append((name, list(keys)))
        await asyncio.sleep(0)
        if self.away:
            raise Broken(f"{name} is away")
        return [fresh(found.get(key)) for key in keys]


def fresh(value: Any) -> Any:
    """An exception anew each time: one that is kept would keep all that was at work when it was last raised."""
    return Broken(*value.args) if isinstance(value, Broken) else value


async def load_authors(loaders: Loaders, keys: list[str]) -> Sequence[Author | Exception | None]:
    blog: Any = loaders.stores
    return await blog.answer("authors", keys, blog.authors)  # type: ignore[no-any-return] # the blog stands for the stores


async def load_posts(loaders: Loaders, keys: list[str]) -> Sequence[Post | Exception | None]:
    blog: Any = loaders.stores
    return await blog.answer("posts", keys, blog.posts)  # type: ignore[no-any-return] # the blog stands for the stores


async def load_comments(
    loaders: Loaders, keys: list[tuple[str, PageArguments]]
) -> Sequence[Page[Comment] | Exception | None]:
    blog: Any = loaders.stores
    pages = {key: _page(blog.comments.get(key[0]), key[1]) for key in keys}
    return await blog.answer("comments", keys, pages)  # type: ignore[no-any-return] # the blog stands for the stores


def _page(found: list[Comment] | None, asked: PageArguments) -> Page[Comment] | None:
    if found is None:
        return None
    after = [each for each in found if asked.after is None or each.id > asked.after]
    part = after[-asked.size :] if asked.from_end and asked.size else after[: asked.size]
    edges = [Edge(each.id, each) for each in part]
    return page_of(edges, has_next=len(part) < len(after), has_previous=len(after) < len(found))


authors_by_id: Loader[str, Author | None] = Loader("authors_by_id", load_authors)
posts_by_id: Loader[str, Post | None] = Loader("posts_by_id", load_posts)
comments_by_post: Loader[tuple[str, PageArguments], Page[Comment] | None] = Loader("comments_by_post", load_comments)


def blog_of(seed: int) -> Blog:
    """A blog told by its seed; the greater, the more of it is missing or broken."""
    draw = Draw("blog", seed)
    trouble = (seed % 4) / 10
    blog = Blog(away=seed % 16 == 15)
    ids = [f"aut_{number}" for number in range(6)]

    def or_trouble(value: Any, *wrong: Any) -> Any:
        return draw.choice(wrong) if draw.chance(trouble) else value

    for each in ids:
        friends = tuple(draw.choices([*ids, "aut_nobody"], k=draw.randrange(4)))
        blog.authors[each] = or_trouble(
            Author(
                each,
                or_trouble(each, None),
                draw.choice([*ids, None]),
                or_trouble(friends, None),
                draw.choice([*Kind, None]),
            ),
            None,
            Broken(each),
            Comment("com_x", "x", None, "no author"),
        )
    for number in range(8):
        each = f"pst_{number}"
        blog.posts[each] = or_trouble(
            Post(
                each,
                draw.choice(list(Kind)),
                draw.choice([*ids, None, "aut_nobody"]),
                or_trouble(f"title {number}", None, 5),
                or_trouble(number, None, 13, "high", 2**40),
                or_trouble(("a", None, "b"), None, [1], "text"),
                datetime(2020, 1, 1 + number, tzinfo=UTC),
            ),
            None,
            Broken(each),
        )
        texts = [
            Comment(f"com_{number}{n}", each, draw.choice([*ids, None]), f"text {n}") for n in range(draw.randrange(5))
        ]
        if not draw.chance(trouble):
            blog.comments[each] = texts
    return blog
