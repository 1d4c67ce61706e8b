-- What we are connected to: the clock and the columns of activity_events.
-- Columns: now, columns of activity_events (JSON), tables that are missing (JSON).
SELECT
  CAST(round((julianday('now') - 2451544.5) * 86400000) AS INTEGER) * 1000,
  (SELECT json_group_array(name) FROM pragma_table_info('activity_events')),
  (SELECT json_group_array(value)
   FROM json_each('["activity_events","agents","boards","organization_board_access","organization_members","organizations","tasks","users"]')
   WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.name = value AND s.type IN ('table', 'view')))
