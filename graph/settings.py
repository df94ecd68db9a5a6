"""Settings: read once at start, frozen, and named as in documents 000 to 004.

A store that is configured is not embedded. A wrong setting stops the start and names itself.
"""

import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from resolvers.rate_limits import RATES, Rate, Rates

PORT: Final = 5001
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/?")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """One field a setting; its alias is the environment variable."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    # Where the server listens
    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(PORT, ge=0, le=65535, validation_alias="PORT")
    environment: Environment | None = Field(None, validation_alias="HOMEROOM_ENV")
    workers: int = Field(1, ge=1, le=64, validation_alias="HOMEROOM_WORKERS")
    data_dir: Path = Field(Path(".homeroom"), validation_alias="HOMEROOM_DATA_DIR")
    session_secret: SecretStr | None = Field(None, min_length=32, validation_alias="SESSION_SECRET")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias="HOMEROOM_ALLOWED_ORIGINS")
    rate_limits: bool = Field(True, validation_alias="HOMEROOM_RATE_LIMITS")

    # Attempts a minute: of one person or account, and of all at one network address
    sign_ins: int = Field(RATES.sign_ins.each, ge=1, validation_alias="HOMEROOM_LIMIT_SIGN_INS")
    sign_ins_per_address: int = Field(
        RATES.sign_ins.per_address, ge=1, validation_alias="HOMEROOM_LIMIT_SIGN_INS_PER_ADDRESS"
    )
    sends: int = Field(RATES.sends.each, ge=1, validation_alias="HOMEROOM_LIMIT_SENDS")
    sends_per_address: int = Field(RATES.sends.per_address, ge=1, validation_alias="HOMEROOM_LIMIT_SENDS_PER_ADDRESS")
    creations: int = Field(RATES.creations.each, ge=1, validation_alias="HOMEROOM_LIMIT_CREATIONS")
    creations_per_address: int = Field(
        RATES.creations.per_address, ge=1, validation_alias="HOMEROOM_LIMIT_CREATIONS_PER_ADDRESS"
    )
    changes: int = Field(RATES.changes.each, ge=1, validation_alias="HOMEROOM_LIMIT_CHANGES")
    changes_per_address: int = Field(
        RATES.changes.per_address, ge=1, validation_alias="HOMEROOM_LIMIT_CHANGES_PER_ADDRESS"
    )

    # Stores
    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    mongodb_url: SecretStr | None = Field(
        None, validation_alias=AliasChoices("MONGODB_URL", "MONGO_URL", "MONGO_URI", "MONGODB_URI")
    )
    redis_url: SecretStr | None = Field(None, validation_alias="REDIS_URL")
    cassandra_contact_points: str | None = Field(None, validation_alias="CASSANDRA_CONTACT_POINTS")
    cassandra_keyspace: str = Field(
        "homeroom",
        pattern=r"^[a-z][a-z0-9_]{0,47}$",
        validation_alias=AliasChoices("CASSANDRA_KEYSPACE", "ASTRA_DB_KEYSPACE"),
    )
    cassandra_username: str | None = Field(None, validation_alias="CASSANDRA_USERNAME")
    cassandra_password: SecretStr | None = Field(None, validation_alias="CASSANDRA_PASSWORD")
    cassandra_local_datacenter: str | None = Field(None, validation_alias="CASSANDRA_LOCAL_DATACENTER")
    cassandra_replication: int = Field(1, ge=1, le=9, validation_alias="CASSANDRA_REPLICATION")
    astra_bundle: Path | None = Field(
        None, validation_alias=AliasChoices("ASTRA_DB_SECURE_BUNDLE_PATH", "CASSANDRA_SECURE_BUNDLE")
    )
    astra_token: SecretStr | None = Field(
        None, validation_alias=AliasChoices("ASTRA_DB_APPLICATION_TOKEN", "CASSANDRA_APPLICATION_TOKEN")
    )

    # TLS to each store: a CA bundle switches it on; for the first three the URL can say it too
    database_tls_ca: Path | None = Field(None, validation_alias="DATABASE_TLS_CA")
    mongodb_tls_ca: Path | None = Field(None, validation_alias="MONGODB_TLS_CA")
    redis_tls_ca: Path | None = Field(None, validation_alias="REDIS_TLS_CA")
    cassandra_tls_ca: Path | None = Field(None, validation_alias="CASSANDRA_TLS_CA")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is not an origin, such as https://school.example.org")
        return value

    @field_validator("rate_limits", mode="before")
    @classmethod
    def _on_or_off(cls, value: object) -> object:
        return {"on": True, "off": False}.get(value.lower(), value) if isinstance(value, str) else value

    @field_validator("database_url", "mongodb_url", "redis_url")
    @classmethod
    def _has_a_scheme_we_speak(cls, value: SecretStr | None) -> SecretStr | None:
        schemes = ("postgresql://", "postgres://", "mongodb://", "mongodb+srv://", "redis://", "rediss://", "unix://")
        if value is not None and not value.get_secret_value().startswith(schemes):
            raise ValueError(f"must be an address that begins with one of {', '.join(schemes)}")
        return value

    @field_validator("astra_bundle", "database_tls_ca", "mongodb_tls_ca", "redis_tls_ca", "cassandra_tls_ca")
    @classmethod
    def _file_is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file at {value}")
        return value

    @model_validator(mode="after")
    def _is_safe_to_start(self) -> Self:
        if self.environment is None and not is_loopback(self.host):
            raise ValueError(
                f"HOMEROOM_ENV: must be development or production to listen on {self.host}, which others can reach"
            )
        if self.production and self.session_secret is None:
            raise ValueError("SESSION_SECRET: must be set in production, with at least 32 characters")
        astra = {
            "ASTRA_DB_SECURE_BUNDLE_PATH": self.astra_bundle,
            "ASTRA_DB_APPLICATION_TOKEN": self.astra_token,
        }
        missing = [name for name, value in astra.items() if value is None]
        if len(missing) == 1:
            raise ValueError(f"{missing[0]}: must be set too; Astra needs bundle, token and keyspace")
        return self

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def rates(self) -> Rates:
        return Rates(
            sign_ins=Rate(self.sign_ins, self.sign_ins_per_address),
            sends=Rate(self.sends, self.sends_per_address),
            creations=Rate(self.creations, self.creations_per_address),
            changes=Rate(self.changes, self.changes_per_address),
        )

    @property
    def cassandra_configured(self) -> bool:
        return self.cassandra_contact_points is not None or self.astra_bundle is not None
