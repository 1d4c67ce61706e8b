-- How many events boards can have at most, counted up to :most: decides whether reading them all beats walking back in
-- time.
-- Plan relied on: indexes on board_id and task_id; the second only where the first tells too few.
SELECT CASE WHEN own.n >= :'most' THEN own.n
            ELSE max(own.n,
                     (SELECT count(*)
                      FROM (SELECT 1
                            FROM tasks t
                            CROSS JOIN activity_events e ON e.task_id = t.id
                            WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
                            LIMIT :'most'))) END
FROM (SELECT count(*) AS n
      FROM (SELECT 1
            FROM activity_events e
            WHERE e.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
            LIMIT :'most')) AS own
