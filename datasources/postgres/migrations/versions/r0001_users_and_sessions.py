"""People, their preferences and their sessions. Source: document 002, users and authentication, session storage."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE users (
            id uuid PRIMARY KEY,
            email varchar(255) NOT NULL,
            password_hash varchar(255) NOT NULL,
            name varchar(100) NOT NULL,
            role varchar(20) NOT NULL DEFAULT 'student',
            avatar_url varchar(500),
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            last_login timestamptz,
            is_active boolean NOT NULL DEFAULT true
        )
    """)
    op.execute("CREATE UNIQUE INDEX users_email_key ON users (lower(email))")
    op.execute("CREATE INDEX users_role_index ON users (role)")
    op.execute("""
        CREATE TABLE user_preferences (
            user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
            theme varchar(20) NOT NULL DEFAULT 'light',
            language varchar(10) NOT NULL DEFAULT 'en',
            notification_email boolean NOT NULL DEFAULT true,
            notification_push boolean NOT NULL DEFAULT true,
            difficulty_preference integer NOT NULL DEFAULT 3
        )
    """)
    op.execute("""
        CREATE TABLE sessions (
            id uuid PRIMARY KEY,
            token_digest varchar(64) NOT NULL UNIQUE,
            user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            user_agent varchar(500),
            created_at timestamptz NOT NULL,
            last_activity timestamptz NOT NULL,
            revoked_at timestamptz,
            cache_owed boolean NOT NULL DEFAULT false
        )
    """)
    op.execute("CREATE INDEX sessions_user_index ON sessions (user_id) WHERE revoked_at IS NULL")
    op.execute("CREATE INDEX sessions_revoked_index ON sessions (revoked_at) WHERE revoked_at IS NOT NULL")
    op.execute("CREATE INDEX sessions_owed_index ON sessions (id) WHERE cache_owed")
    op.execute("CREATE INDEX sessions_activity_index ON sessions (last_activity)")


def downgrade() -> None:
    op.execute("DROP TABLE sessions, user_preferences, users")
