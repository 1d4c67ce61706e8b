-- Whether an event_type is asked for.
true
\if :{?type_patterns} \\
  AND event_type LIKE ANY(:'type_patterns')
\endif \\
\if :{?exclude_types} \\
  AND NOT event_type LIKE ANY(:'exclude_types')
\endif \\
\if :{?failures} \\
  AND event_type LIKE '%failed'
\endif \\
