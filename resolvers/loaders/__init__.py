"""Loaders, named thing-by-key: many look-ups of one operation become one call to a store.

A loader is declared once and made anew for each operation and each subscription event, for one viewer. What a viewer
may not see is loaded as None, exactly as what does not exist. `users_by_id`, `messages_by_id` and what hangs from a
message alone look past that: they serve joins from records that the viewer has been allowed to see.
"""

from resolvers.loaders.blocks import BLOCKS_MAXIMUM, blocked_by_user
from resolvers.loaders.conversations import (
    conversations_by_id,
    conversations_by_user,
    participants_by_conversation,
)
from resolvers.loaders.loading import Loader, Loaders, SharedLoaders, ViewerAsked
from resolvers.loaders.marks import (
    PIN_RECORDS_MAXIMUM,
    grading_by_message,
    history_by_message,
    pin_records_by_room,
    pinned_by_message,
    pins_by_room,
    reactions_by_message,
)
from resolvers.loaders.messages import (
    messages_by_id,
    messages_by_room,
    readable_messages_by_id,
    standing_messages_by_id,
)
from resolvers.loaders.people import users_by_id, visible_users_by_id
from resolvers.loaders.reading import (
    SMALL_ROOM,
    UNREAD_MAXIMUM,
    Unread,
    read_states_by_room,
    unread_by_room,
    viewer_read_state_by_room,
)
from resolvers.loaders.rooms import (
    PARTICIPANTS_MAXIMUM,
    channel_access_by_id,
    channels_by_id,
    conversation_access_by_id,
    room_access_by_id,
)
from resolvers.loaders.workspaces import (
    channels_by_workspace,
    members_by_workspace,
    viewer_membership_by_workspace,
    workspaces_by_id,
    workspaces_by_user,
)

__all__ = [
    "BLOCKS_MAXIMUM",
    "PARTICIPANTS_MAXIMUM",
    "PIN_RECORDS_MAXIMUM",
    "SMALL_ROOM",
    "UNREAD_MAXIMUM",
    "Loader",
    "Loaders",
    "SharedLoaders",
    "Unread",
    "ViewerAsked",
    "blocked_by_user",
    "channel_access_by_id",
    "channels_by_id",
    "channels_by_workspace",
    "conversation_access_by_id",
    "conversations_by_id",
    "conversations_by_user",
    "grading_by_message",
    "history_by_message",
    "members_by_workspace",
    "messages_by_id",
    "messages_by_room",
    "participants_by_conversation",
    "pin_records_by_room",
    "pinned_by_message",
    "pins_by_room",
    "reactions_by_message",
    "read_states_by_room",
    "readable_messages_by_id",
    "room_access_by_id",
    "standing_messages_by_id",
    "unread_by_room",
    "users_by_id",
    "viewer_membership_by_workspace",
    "viewer_read_state_by_room",
    "visible_users_by_id",
    "workspaces_by_id",
    "workspaces_by_user",
]
