"""The worker ids of Snowflakes, leased by processes. Source: consistency.md."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE worker_slots (
            worker smallint PRIMARY KEY CHECK (worker BETWEEN 0 AND 1023),
            holder uuid,
            incarnation uuid,
            renewed_at timestamptz,
            last_used_ms bigint NOT NULL DEFAULT 0
        )
    """)
    op.execute("INSERT INTO worker_slots (worker) SELECT generate_series(0, 1023)")


def downgrade() -> None:
    op.execute("DROP TABLE worker_slots")
