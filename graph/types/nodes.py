"""What has a global id, and how pages of it are described."""

import strawberry

from datasources.records import pages
from graph.fields import attribute, object_type


@strawberry.interface(description="Something with a globally unique id, under which `node(id:)` finds it again.")
class Node:
    id: strawberry.ID = attribute("Globally unique; its first letters name the type.")


@object_type(pages.PageInfo, description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = attribute("Whether the list goes on after this page.")
    has_previous_page: bool = attribute("Whether the list has something before this page.")
    start_cursor: str | None = attribute("The cursor of the page's first edge.")
    end_cursor: str | None = attribute("The cursor of the page's last edge.")
