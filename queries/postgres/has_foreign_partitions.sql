-- Whether some of the table, which is partitioned, lies on another server.
-- Example: psql -f has_foreign_partitions.sql
SELECT EXISTS (SELECT
               FROM pg_partition_tree(to_regclass('activity_events')) p
               JOIN pg_class c ON c.oid = p.relid
               WHERE c.relkind = 'f')
