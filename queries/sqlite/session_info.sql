-- What we are connected to: the clock and the columns of activity_events.
-- Columns: now, columns of activity_events (JSON), tables that are missing (JSON), whether rows of activity_events are
--          numbered: not those of a view, which stands before the tables of other programs' files.
SELECT
  CAST(round((julianday('now') - 2451544.5) * 86400000) AS INTEGER) * 1000,
  (SELECT json_group_array(name) FROM pragma_table_info('activity_events')),
  (SELECT json_group_array(value)
   FROM json_each('["activity_events","agents","boards","organization_board_access","organization_members","organizations","tasks","users"]')
   WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.name = value AND s.type IN ('table', 'view'))),
  EXISTS (SELECT 1 FROM pragma_table_list('activity_events') WHERE schema = 'main' AND type = 'table' AND NOT wr)
    AND NOT EXISTS (SELECT 1 FROM temp.sqlite_schema WHERE name = 'activity_events')
