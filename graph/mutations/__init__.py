"""Where changing begins, by domain. Each field is nullable: one failure leaves its neighbours' answers standing."""

import strawberry

from graph.mutations.channels import ChannelsMutations
from graph.mutations.conversations import ConversationsMutations
from graph.mutations.identity import IdentityMutations
from graph.mutations.marks import MarksMutations
from graph.mutations.messages import MessagesMutations
from graph.mutations.reading import ReadingMutations
from graph.mutations.workspaces import WorkspacesMutations


@strawberry.type(description="Where changing begins.")
class Mutation(
    IdentityMutations,
    WorkspacesMutations,
    ChannelsMutations,
    ConversationsMutations,
    MessagesMutations,
    MarksMutations,
    ReadingMutations,
):
    pass
