"""Conversations that the viewer takes part in."""

from collections.abc import Sequence

from datasources.errors import Unavailable
from datasources.records.conversations import Conversation, ConversationView, Participant
from datasources.records.ids import ConversationId, UserId
from datasources.records.pages import Page, PageArguments
from resolvers.loaders.loading import Loader, Loaders
from resolvers.loaders.rooms import conversation_access_by_id
from resolvers.permissions import may_read_room


async def _load_conversations(
    loaders: Loaders, ids: list[ConversationId]
) -> Sequence[Conversation | Unavailable | None]:
    return [view.conversation if isinstance(view, ConversationView) else view for view in await _views(loaders, ids)]


async def _load_participants(
    loaders: Loaders, ids: list[ConversationId]
) -> Sequence[Sequence[Participant] | Unavailable | None]:
    return [
        sorted(view.participants, key=lambda each: (each.joined_at, each.user_id))
        if isinstance(view, ConversationView)
        else view
        for view in await _views(loaders, ids)
    ]


async def _views(loaders: Loaders, ids: list[ConversationId]) -> list[ConversationView | Unavailable | None]:
    found = await loaders.outcomes(conversation_access_by_id, ids)
    return [
        access if access is None or isinstance(access, Unavailable) else access.view if may_read_room(access) else None
        for access in found
    ]


async def _load_conversation_pages(
    loaders: Loaders, keys: list[tuple[UserId, PageArguments]]
) -> Sequence[Page[Conversation] | None]:
    own = [key for key in keys if key[0] == loaders.viewer_id]
    pages = dict(zip(own, await loaders.stores.conversations.of_users(own), strict=True)) if own else {}
    loaders.outages.update(page.missing for page in pages.values() if page.missing)
    return [pages.get(key) for key in keys]


conversations_by_id: Loader[ConversationId, Conversation | None] = Loader("conversations_by_id", _load_conversations)
participants_by_conversation: Loader[ConversationId, Sequence[Participant] | None] = Loader(
    "participants_by_conversation", _load_participants
)
conversations_by_user: Loader[tuple[UserId, PageArguments], Page[Conversation] | None] = Loader(
    "conversations_by_user", _load_conversation_pages
)
