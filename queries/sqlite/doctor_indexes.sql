-- The indexes of activity_events.
-- Columns: name, columns in order (JSON), whether it can be used, whether it covers only some rows, whether it
-- keeps an order.
SELECT
  i.name,
  (SELECT json_group_array(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)),
  1,
  i.partial,
  1
FROM pragma_index_list('activity_events') AS i
ORDER BY i.name
