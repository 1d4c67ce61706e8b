-- The stored token hashes of agents, the most recently seen first, or that of one agent. They leave the process nowhere.
-- Columns: id, agent_token_hash.
-- Example: psql -v id=000000e0-0000-4000-8000-000000000001 -f token_hashes.sql
SELECT a.id, a.agent_token_hash
FROM agents a
WHERE a.agent_token_hash <> ''
\if :{?id}
  AND a.id = :'id'
\endif
ORDER BY a.last_seen_at DESC NULLS LAST, a.id
