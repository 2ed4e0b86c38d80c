"""Accounts, their sessions, and the refresh tokens of each session."""

# --8<-- [start:schema]
SCHEMA = """
CREATE TABLE account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    password_hash text,
    role text NOT NULL DEFAULT 'customer',
    disabled boolean NOT NULL DEFAULT false
);
CREATE TABLE session (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id bigint NOT NULL REFERENCES account ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX ON session (account_id);
CREATE TABLE refresh_token (
    digest bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
    used_at timestamptz
);
CREATE INDEX ON refresh_token (session_id);
"""
# --8<-- [end:schema]
