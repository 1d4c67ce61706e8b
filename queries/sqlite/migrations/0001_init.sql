-- The embedded store, first version: the tables of Mission Control that mc-activity reads, with the columns that it reads.
-- Later versions are in migrations/0002_type_time_id.sql and so on. A store from before migrations were kept has all of this already.
-- Ids are 16-byte blobs. Times are microseconds since 2000-01-01 UTC, as PostgreSQL holds them: the greatest integer is
-- infinity, the least -infinity. Identity profiles are the text of a JSON document. Booleans are 0 and 1.

CREATE TABLE IF NOT EXISTS organizations (
  id          BLOB    NOT NULL PRIMARY KEY,
  name        TEXT    NOT NULL,
  created_at  INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS users (
  id                      BLOB NOT NULL PRIMARY KEY,
  clerk_user_id           TEXT NOT NULL UNIQUE,
  email                   TEXT,
  name                    TEXT,
  active_organization_id  BLOB REFERENCES organizations (id)
);

CREATE TABLE IF NOT EXISTS organization_members (
  id                BLOB    NOT NULL PRIMARY KEY,
  organization_id   BLOB    NOT NULL REFERENCES organizations (id),
  user_id           BLOB    NOT NULL REFERENCES users (id),
  role              TEXT    NOT NULL,
  all_boards_read   INTEGER NOT NULL,
  all_boards_write  INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  UNIQUE (organization_id, user_id)
);
CREATE INDEX IF NOT EXISTS ix_organization_members_user_id ON organization_members (user_id);

CREATE TABLE IF NOT EXISTS boards (
  id               BLOB NOT NULL PRIMARY KEY,
  organization_id  BLOB NOT NULL REFERENCES organizations (id),
  name             TEXT NOT NULL,
  slug             TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_boards_organization_id ON boards (organization_id);

CREATE TABLE IF NOT EXISTS organization_board_access (
  id                      BLOB    NOT NULL PRIMARY KEY,
  organization_member_id  BLOB    NOT NULL REFERENCES organization_members (id),
  board_id                BLOB    NOT NULL REFERENCES boards (id),
  can_read                INTEGER NOT NULL,
  can_write               INTEGER NOT NULL,
  UNIQUE (organization_member_id, board_id)
);

CREATE TABLE IF NOT EXISTS agents (
  id                BLOB    NOT NULL PRIMARY KEY,
  board_id          BLOB    REFERENCES boards (id),
  name              TEXT    NOT NULL,
  status            TEXT    NOT NULL,
  is_board_lead     INTEGER NOT NULL,
  agent_token_hash  TEXT,
  identity_profile  TEXT,
  last_seen_at      INTEGER
);
CREATE INDEX IF NOT EXISTS ix_agents_board_id ON agents (board_id);

CREATE TABLE IF NOT EXISTS tasks (
  id        BLOB NOT NULL PRIMARY KEY,
  board_id  BLOB REFERENCES boards (id),
  title     TEXT NOT NULL,
  status    TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_tasks_board_id ON tasks (board_id);

CREATE TABLE IF NOT EXISTS activity_events (
  id          BLOB    NOT NULL PRIMARY KEY,
  event_type  TEXT    NOT NULL,
  message     TEXT,
  agent_id    BLOB    REFERENCES agents (id),
  task_id     BLOB    REFERENCES tasks (id),
  created_at  INTEGER NOT NULL,
  board_id    BLOB    REFERENCES boards (id) ON DELETE CASCADE,
  action      TEXT,
  user_id     BLOB    REFERENCES users (id),
  actor_id    BLOB
);
CREATE INDEX IF NOT EXISTS ix_activity_events_created_at ON activity_events (created_at, id);
CREATE INDEX IF NOT EXISTS ix_activity_events_event_type_created_at ON activity_events (event_type, created_at);
CREATE INDEX IF NOT EXISTS ix_activity_events_board_id_created_at ON activity_events (board_id, created_at);
CREATE INDEX IF NOT EXISTS ix_activity_events_task_id_created_at ON activity_events (task_id, created_at);
CREATE INDEX IF NOT EXISTS ix_activity_events_agent_id_created_at ON activity_events (agent_id, created_at);

-- Who made the store ('demo' or 'log'): demo replaces only what it made itself and nobody has written to since.
CREATE TABLE IF NOT EXISTS store_origin (
  made_by     TEXT    NOT NULL,
  made_at     INTEGER NOT NULL,
  written_at  INTEGER             -- when log first wrote to it
);
