"""Groups, the copy of conversations of two, and what is owed to the logs of persons. Source: documents 003 and 004.

Records come in any order, from imports and from a store that may be ahead, so nothing here refers to a row of another
table. A room's id is its digits; which kind of room follows from the table. Where text holds a NUL, it is escaped
(`datasources/postgres/keys.py`).
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RECORDS = ("messages", "message_history", "reactions", "read_states", "conversations", "participants")


def upgrade() -> None:
    for name in ("group", "direct"):
        _messages(name)
        _records(name)
        _claims(name)
        _events(name)
    op.execute("""
        CREATE TABLE group_pins (
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            pinned_by uuid NOT NULL,
            pinned_at timestamptz NOT NULL,
            active boolean NOT NULL,
            revision bigint NOT NULL,
            PRIMARY KEY (room_id, snowflake)
        )
    """)
    op.execute("""
        CREATE TABLE direct_blocks (
            room_id uuid NOT NULL,
            user_id uuid NOT NULL,
            active boolean NOT NULL,
            revision bigint NOT NULL,
            PRIMARY KEY (room_id, user_id)
        )
    """)
    _events("viewer")
    op.execute("""
        CREATE TABLE room_dead_letters (
            tables text NOT NULL,
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            reason text NOT NULL,
            payload bytea NOT NULL,
            buried_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (tables, room_id, snowflake)
        )
    """)
    op.execute("CREATE TABLE room_leases (tables text PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL)")


def _messages(name: str) -> None:
    op.execute(f"""
        CREATE TABLE {name}_messages (
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            author_id uuid NOT NULL,
            content text NOT NULL,
            revision bigint NOT NULL,
            created_at timestamptz NOT NULL,
            edited_at timestamptz,
            deleted_at timestamptz,
            type varchar(20) NOT NULL,
            attachments jsonb,
            reply_to_id text,
            mentioned_ids uuid[],
            idempotency_key text,
            alias_of text,
            PRIMARY KEY (room_id, snowflake)
        )
    """)
    # Pages pass any number of deleted messages in one step.
    op.execute(f"CREATE INDEX {name}_messages_live ON {name}_messages (room_id, snowflake) WHERE deleted_at IS NULL")
    op.execute(f"""
        CREATE TABLE {name}_message_history (
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            revision bigint NOT NULL,
            payload bytea NOT NULL,
            PRIMARY KEY (room_id, snowflake, revision)
        )
    """)


def _records(name: str) -> None:
    op.execute(f"""
        CREATE TABLE {name}_reactions (
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            user_id uuid NOT NULL,
            emoji text COLLATE "C" NOT NULL,
            active boolean NOT NULL,
            revision bigint NOT NULL,
            PRIMARY KEY (room_id, snowflake, user_id, emoji)
        )
    """)
    op.execute(f"""
        CREATE TABLE {name}_read_states (
            room_id uuid NOT NULL,
            user_id uuid NOT NULL,
            last_read bigint NOT NULL,
            PRIMARY KEY (room_id, user_id)
        )
    """)
    op.execute(f"""
        CREATE TABLE {name}_conversations (
            room_id uuid PRIMARY KEY,
            kind varchar(20) NOT NULL,
            name text,
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            revision bigint NOT NULL,
            begun bigint NOT NULL
        )
    """)
    op.execute(f"""
        CREATE TABLE {name}_participants (
            room_id uuid NOT NULL,
            user_id uuid NOT NULL,
            role varchar(20) NOT NULL,
            joined_at timestamptz NOT NULL,
            left_at timestamptz,
            revision bigint NOT NULL,
            PRIMARY KEY (room_id, user_id)
        )
    """)
    op.execute(f"CREATE INDEX {name}_participants_user ON {name}_participants (user_id, room_id) WHERE left_at IS NULL")


def _claims(name: str) -> None:
    op.execute(f"""
        CREATE TABLE {name}_claims (
            author_id uuid NOT NULL,
            key text COLLATE "C" NOT NULL,
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            revision bigint NOT NULL,
            input_digest text NOT NULL,
            claimed_at timestamptz NOT NULL,
            PRIMARY KEY (author_id, key)
        )
    """)
    op.execute(f"CREATE INDEX {name}_claims_expiry ON {name}_claims (claimed_at)")


def _events(name: str) -> None:
    op.execute(f"""
        CREATE TABLE {name}_events (
            room_id uuid NOT NULL,
            snowflake bigint NOT NULL,
            at timestamptz NOT NULL,
            kind varchar(40) NOT NULL,
            quiet boolean NOT NULL,
            owed boolean NOT NULL,
            payload bytea NOT NULL,
            PRIMARY KEY (room_id, snowflake)
        )
    """)
    op.execute(f"CREATE INDEX {name}_events_owed ON {name}_events (snowflake) WHERE owed")
    op.execute(f"CREATE INDEX {name}_events_expiry ON {name}_events (snowflake) WHERE NOT owed")


def downgrade() -> None:
    tables = [f"{name}_{of}" for name in ("group", "direct") for of in (*_RECORDS, "claims", "events")]
    op.execute(
        f"DROP TABLE {', '.join(tables)}, group_pins, direct_blocks, viewer_events, room_dead_letters, room_leases"
    )
