-- The stored token hashes of agents, the most recently seen first, or that of one agent. They leave the process nowhere.
-- Columns: id, agent_token_hash.
SELECT a.id, a.agent_token_hash
FROM agents a
WHERE a.agent_token_hash <> ''
\if :{?id}
  AND a.id = :'id'
\endif
ORDER BY a.last_seen_at DESC NULLS LAST, a.id
