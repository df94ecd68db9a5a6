"""The schema, put together once."""

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from graph.mutations import Mutation
from graph.queries import Query
from graph.subscriptions import Subscription
from graph.types.channels import Channel
from graph.types.conversations import Conversation
from graph.types.errors import GeneralError, RateLimited
from graph.types.messages import Message
from graph.types.scalars import SCALARS
from graph.types.users import User
from graph.types.workspaces import Workspace

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[User, Workspace, Channel, Conversation, Message, GeneralError, RateLimited],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def core_schema() -> GraphQLSchema:
    """The same schema as graphql-core knows it."""
    return schema._schema  # noqa: SLF001 - Strawberry has no public name for it


def printed() -> str:
    """The schema in GraphQL's own language, as it stands in `schema.graphql`."""
    return schema.as_str() + "\n"
