"""What can go wrong in a store, as the layers above may know it.

    DatasourceError
     +- NotFound            nothing stands under that key
     +- Conflict            a rule of the store refuses the change: a taken name, a stale revision, a reused key
     +- Unavailable         the store cannot answer now; `store` names it
     +- ClockUnsafe         this process may not make ids until its clock is mended or its lease renewed
     +- SettingRefused      a store refuses what a setting says: address, name, password, certificate

A driver's own exceptions never leave its package.
"""


class DatasourceError(Exception):
    """The root of the tree above."""


class NotFound(DatasourceError):
    """Nothing stands under that key."""


class Conflict(DatasourceError):
    """A rule of the store refuses the change. `field` names the input that it is about, where there is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Unavailable(DatasourceError):
    """The store cannot answer now. `store` is one of: postgresql, mongodb, cassandra, redis, qdrant."""

    def __init__(self, store: str, reason: str) -> None:
        super().__init__(f"{store} is unavailable: {reason}")
        self.store = store
        self.reason = reason


class ClockUnsafe(DatasourceError):
    """This process may not make Snowflakes now; the message says why."""


class SettingRefused(DatasourceError):
    """A store refuses what a setting says. `setting` is the environment variable's name."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting = setting
