-- The embedded store, third version: the columns that tell who has a task and whether an agent can be reached.
-- heartbeat_config is the text of a JSON document, such as {"every": "10m"}.
ALTER TABLE tasks ADD COLUMN assigned_agent_id BLOB REFERENCES agents (id);
ALTER TABLE tasks ADD COLUMN in_progress_at INTEGER;
ALTER TABLE agents ADD COLUMN heartbeat_config TEXT;
ALTER TABLE agents ADD COLUMN last_provision_error TEXT;
ALTER TABLE agents ADD COLUMN wake_attempts INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 3;
