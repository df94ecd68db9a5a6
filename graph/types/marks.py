"""What people put to messages: reactions and gradings."""

from datetime import datetime

from datasources.records import changes
from datasources.records.changes import GradingStatus
from graph.context import Context
from graph.fields import attribute, enum_type, joined, joined_many, method, object_type
from graph.types.users import User
from resolvers import reaction_groups
from resolvers.loaders import users_by_id

enum_type(
    GradingStatus,
    description="How far the grading of homework is that was handed in as a message.",
    values={
        GradingStatus.PENDING: "It waits to be graded.",
        GradingStatus.GRADED: "It has been graded.",
        GradingStatus.RETURNED: "It was given back, to be done again.",
    },
)


@object_type(reaction_groups.ReactionGroup, description="Everybody who reacted to a message with one emoji.")
class ReactionGroup:
    emoji: str = attribute("The emoji, fully qualified, as Unicode calls its one spelling.")
    count: int = attribute("How many people have reacted with it.")

    @method(bool, description="Whether the viewer is among them.")
    def viewer_has_reacted(self: reaction_groups.ReactionGroup, context: Context) -> bool:
        return context.loaders.viewer_id in self.people

    users: list[User | None] | None = joined_many(
        users_by_id, keys="user_ids", description="The first ten of them, in the order of their reactions.", length=4
    )


@object_type(changes.Grading, description="How far the grading of a message is.")
class Grading:
    status: GradingStatus = attribute("How far it is.")
    graded_at: datetime = attribute("When that was said.")
    graded_by: User | None = joined(users_by_id, key="graded_by", description="Who said it.")
