-- Times are microseconds since 1970-01-01T00:00:00Z.

CREATE TABLE entry (
    id               TEXT PRIMARY KEY NOT NULL,
    kind             TEXT NOT NULL,
    state            TEXT NOT NULL,
    action           TEXT NOT NULL,
    about            TEXT,
    reviewer         TEXT,
    sender           BLOB NOT NULL,
    sender_key       TEXT NOT NULL,     -- in lower case, to compare
    sender_arguments BLOB NOT NULL,     -- netstrings
    recipient_count  INTEGER NOT NULL,
    login            TEXT,
    connection       TEXT NOT NULL,     -- JSON
    accepted         INTEGER NOT NULL,
    due              INTEGER NOT NULL,
    rules            TEXT NOT NULL,     -- JSON
    inspection       TEXT NOT NULL,     -- JSON, redacted
    size             INTEGER NOT NULL,
    dedupe           BLOB,
    attempts         INTEGER NOT NULL DEFAULT 0,
    next_attempt     INTEGER NOT NULL,
    ambiguities      INTEGER NOT NULL DEFAULT 0,
    transferring     INTEGER NOT NULL DEFAULT 0,
    token            INTEGER,
    lease_until      INTEGER,
    last_error       TEXT,
    queue_id         TEXT,
    closed           INTEGER
) STRICT;

CREATE INDEX entry_by_state ON entry (state, next_attempt);
CREATE INDEX entry_by_dedupe ON entry (dedupe) WHERE dedupe IS NOT NULL;
CREATE INDEX entry_by_closed ON entry (closed) WHERE closed IS NOT NULL;

-- Apart from the entry, because SQLite writes a row anew whenever one of its columns changes.
CREATE TABLE content (
    entry TEXT PRIMARY KEY NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE recipient (
    entry     TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    address   BLOB NOT NULL,
    arguments BLOB NOT NULL,            -- netstrings
    outcome   TEXT NOT NULL,
    reply     TEXT,
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
    number     INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    queue_id   TEXT NOT NULL,
    entry      TEXT,
    inspection TEXT NOT NULL            -- JSON, redacted
) STRICT;

CREATE INDEX log_by_time ON log (at);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    entry  TEXT NOT NULL,
    change TEXT NOT NULL,
    who    TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_entry ON audit (entry);
CREATE INDEX audit_by_time ON audit (at);
