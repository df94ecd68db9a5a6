"""Messages at the head of their channel or group."""

from datetime import datetime

from datasources.records import changes
from graph.fields import attribute, joined, object_type
from graph.types.messages import Message
from graph.types.users import User
from resolvers.loaders import standing_messages_by_id, users_by_id


@object_type(changes.Pin, description="A message at the head of its channel or group.")
class Pin:
    pinned_at: datetime = attribute("When it was pinned.")
    pinned_by: User | None = joined(users_by_id, key="pinned_by", description="Who pinned it.")
    message: Message | None = joined(standing_messages_by_id, key="message_id", description="The message.")
