"""Where changing begins, by domain. Each field is nullable: one failure leaves its neighbours' answers standing."""

import strawberry

from graph.mutations.channels import ChannelsMutations
from graph.mutations.identity import IdentityMutations
from graph.mutations.messages import MessagesMutations
from graph.mutations.workspaces import WorkspacesMutations


@strawberry.type(description="Where changing begins.")
class Mutation(IdentityMutations, WorkspacesMutations, ChannelsMutations, MessagesMutations):
    pass
