-- The schemas on the role's own search path in which others may create objects: neither the schema's owner, nor that of
-- activity_events, nor a superuser. Before PostgreSQL 15, PUBLIC could do so in public unless that was revoked.
-- The setting mc_activity.schemas holds that path: see session_info.sql.
-- Columns: schema, who may, both quoted as identifiers where they must be.
-- Example: psql -c "SELECT set_config('mc_activity.schemas', current_schemas(false)::text, false)" -f doctor_path.sql
SELECT
  quote_ident(path.schema),
  ARRAY(SELECT coalesce(quote_ident(r.rolname), 'PUBLIC')
        FROM aclexplode(n.nspacl) AS granted
        LEFT JOIN pg_roles r ON r.oid = granted.grantee
        WHERE granted.privilege_type = 'CREATE'
          AND granted.grantee <> n.nspowner
          AND r.rolname IS DISTINCT FROM current_user
          AND r.rolsuper IS NOT TRUE
          AND NOT EXISTS (SELECT
                          FROM pg_class c
                          WHERE c.oid = to_regclass('activity_events') AND c.relowner = granted.grantee)
        ORDER BY 1)
FROM unnest(current_setting('mc_activity.schemas')::text[]) WITH ORDINALITY AS path (schema, place)
JOIN pg_namespace n ON n.nspname = path.schema
ORDER BY path.place
