"""What one operation, or one event of a subscription, is executed with."""

from dataclasses import dataclass, field
from typing import cast

from datasources.layers.round_trips import RoundTrips
from datasources.stores import Stores
from resolvers.audiences import Audiences
from resolvers.caller import Caller
from resolvers.channels import Channels
from resolvers.conversations import Conversations
from resolvers.gradings import Gradings
from resolvers.identity import Identity
from resolvers.loaders import Loaders, SharedLoaders
from resolvers.messages import Messages
from resolvers.participants import Groups
from resolvers.pins import Pins
from resolvers.rate_limits import RateLimits
from resolvers.reactions import Reactions
from resolvers.reading import Reading
from resolvers.sending import Sending
from resolvers.typing import Typists
from resolvers.viewer import Viewer
from resolvers.viewer_events import ViewerEvents
from resolvers.work import Work
from resolvers.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class Services:
    """What the API does, by domain; made once in `graph/app.py`."""

    stores: Stores
    identity: Identity
    workspaces: Workspaces
    channels: Channels
    conversations: Conversations
    groups: Groups
    sending: Sending
    messages: Messages
    reactions: Reactions
    pins: Pins
    gradings: Gradings
    reading: Reading
    typists: Typists
    viewer_events: ViewerEvents
    limits: RateLimits
    audiences: Audiences
    work: Work


@dataclass(slots=True)
class Context:
    """Made anew for each operation and each event, so that nothing loaded is older than what it answers.

    `session_token` is set by a sign-in (the token) and by a sign-out (an empty text), for a transport that can hand it
    to the client as a cookie.
    """

    services: Services
    caller: Caller
    trips: RoundTrips = field(default_factory=RoundTrips)
    session_token: str | None = None

    def become(self, viewer: Viewer | None) -> None:
        """Goes on as somebody else, as after a sign-in: what hangs from it is theirs to see."""
        loaders = Loaders(self.services.stores, viewer)
        loaders.outages |= self.caller.loaders.outages
        self.caller = Caller(loaders, self.caller.address, self.caller.user_agent)

    @property
    def loaders(self) -> Loaders:
        return self.caller.loaders

    @property
    def viewer(self) -> Viewer | None:
        return self.caller.viewer

    @property
    def outages(self) -> frozenset[str]:
        """The stores that were away while something was read that came in part all the same."""
        loaders = self.caller.loaders
        common = loaders.common.outages if loaders.common is not None else ()
        return frozenset(loaders.outages).union(common)

    def borrow(self, common: SharedLoaders) -> None:
        """Has what is the same for everybody found there, for all viewers of one event together."""
        self.caller.loaders.common = common


def new_context(
    services: Services, viewer: Viewer | None, address: str | None = None, user_agent: str | None = None
) -> Context:
    return Context(services, Caller(Loaders(services.stores, viewer), address, user_agent))


@dataclass(slots=True)
class SharedContext(Context):
    """What an event is executed with for all who hear it, and so without a viewer: asking for one raises `ViewerAsked`,
    and so does asking for what is not the same for everybody.
    """

    @property
    def shared(self) -> SharedLoaders:
        """For contexts that `borrow` them."""
        return cast("SharedLoaders", self.caller.loaders)


def shared_context(services: Services) -> SharedContext:
    return SharedContext(services, Caller(SharedLoaders(services.stores)))
