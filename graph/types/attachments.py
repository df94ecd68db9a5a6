"""Files that come with messages."""

import strawberry

from datasources.records import messages
from datasources.records.messages import MessageType
from graph.fields import attribute, enum_type, object_type
from graph.types.scalars import URL, BigInt

enum_type(
    MessageType,
    description="What a message mainly is.",
    values={
        MessageType.TEXT: "Text, with or without attachments.",
        MessageType.IMAGE: "Pictures.",
        MessageType.AUDIO: "Sound.",
        MessageType.VIDEO: "Moving pictures.",
        MessageType.FILE: "Files of any kind.",
    },
)


@object_type(messages.Attachment, description="A file that lies elsewhere, as its sender describes it.")
class Attachment:
    url: URL = attribute("Where it lies: an address with http or https.")
    name: str = attribute("What it is called, without a path.")
    media_type: str = attribute("What it is, such as `image/png`, as its sender says.")
    size: BigInt = attribute("Its size in bytes, as its sender says.")


@strawberry.input(description="A file that lies elsewhere.")
class AttachmentInput:
    url: str = strawberry.field(description="Where it lies: an address with http or https, at most 2,048 characters.")
    name: str = strawberry.field(description="What it is called: 1 to 255 characters of one line, without a path.")
    media_type: str = strawberry.field(description="What it is: type and subtype, such as `image/png`.")
    size: BigInt = strawberry.field(description="Its size in bytes, at most 104,857,600 (100 MiB).")

    def record(self) -> messages.Attachment:
        return messages.Attachment(self.url, self.name, self.media_type, self.size)
