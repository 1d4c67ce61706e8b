-- How many events the actor may see and asked for.
-- Plan relied on: none; whatever the planner finds, in parallel.
SELECT count(*)
FROM activity_events e
WHERE true
  -- include filters
