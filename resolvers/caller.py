"""Who calls, and what has been loaded for them so far: handed to everything that reads or changes."""

from dataclasses import dataclass

from datasources.records.ids import UserId
from resolvers.errors import Unauthenticated
from resolvers.loaders import Loaders
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Caller:
    """The viewer, or nobody, with the loaders of the operation. `address` is the client's network address."""

    loaders: Loaders
    address: str | None = None
    user_agent: str | None = None

    @property
    def viewer(self) -> Viewer | None:
        return self.loaders.viewer

    def signed_in(self) -> Viewer:
        """The viewer; raises `Unauthenticated` where nobody is signed in."""
        if self.viewer is None:
            raise Unauthenticated
        return self.viewer

    @property
    def user_id(self) -> UserId:
        """The viewer's id; raises `Unauthenticated` where nobody is signed in."""
        return self.signed_in().user_id
