-- Whether the role was given mc_activity_bounded (boundary.sql), and what keeps the policies from holding for it.
-- Columns: whether it is a member, what is missing as texts.
-- Example: psql -f doctor_boundary.sql
\ir parts.psql
SELECT
  NOT me.rolsuper AND EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'mc_activity_bounded' AND pg_has_role(g.oid, 'MEMBER')),
  ARRAY(SELECT 'the role has BYPASSRLS' WHERE me.rolbypassrls
        UNION ALL
        SELECT 'the role does not inherit the privileges of mc_activity_bounded'
        FROM pg_roles g
        WHERE g.rolname = 'mc_activity_bounded' AND NOT pg_has_role(g.oid, 'USAGE')
        UNION ALL
        SELECT found.text
        FROM (
          :required_columns
        ) AS needed (name, id, columns)
        JOIN pg_class c ON c.oid = needed.id
        CROSS JOIN LATERAL (VALUES
          (pg_has_role(c.relowner, 'USAGE'), 'the role owns ' || needed.name),
          (NOT c.relrowsecurity, 'row-level security is off on ' || needed.name),
          (NOT EXISTS (SELECT
                       FROM pg_policy p
                       WHERE p.polrelid = c.oid AND p.polname = 'mc_activity_boundary' AND NOT p.polpermissive
                         AND p.polcmd = '*' AND p.polroles = '{0}'),
           needed.name || ' lacks the policy mc_activity_boundary'),
          (NOT EXISTS (SELECT
                       FROM pg_policy p
                       WHERE p.polrelid = c.oid AND p.polname = 'mc_activity_unbound' AND NOT p.polpermissive),
           needed.name || ' lacks the policy mc_activity_unbound'),
          (NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive),
           needed.name || ' lacks the policy mc_activity_everyone, and shows no rows')
        ) AS found (holds, text)
        WHERE found.holds
        UNION ALL
        SELECT 'the role may read ' || c.relname || ', which no policy guards'
        FROM pg_class c
        WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('activity_events'))
          AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relrowsecurity
          AND has_any_column_privilege(c.oid, 'SELECT')
          AND c.oid <> ALL (SELECT needed.id FROM (
            :required_columns
          ) AS needed (name, id, columns) WHERE needed.id IS NOT NULL))
FROM pg_roles me
WHERE me.rolname = current_user
