-- Which events the actor may see and asks for: conditions on activity_events e; see the part of the same name for PostgreSQL.
-- Lists are JSON arrays, ids in them hexadecimal. A list of one is an equation (one_agent, one_task, event_type): then its
-- events come off the index in order.
\if :{?agent}
  AND e.agent_id = :'agent'
\endif
\if :{?boards}
  AND (
    :event_board
    IN (SELECT unhex(value) FROM json_each(:'boards')))
\else
  \if :{?by_task_board}
  AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) IS NOT NULL
  \endif
\endif
\if :{?exclude_boards}
  AND (
    :event_board
    IN (SELECT unhex(value) FROM json_each(:'exclude_boards'))) IS NOT TRUE
\endif
\if :{?one_agent}
  AND e.agent_id = :'one_agent'
\endif
\if :{?agents}
  AND e.agent_id IN (SELECT unhex(value) FROM json_each(:'agents'))
\endif
\if :{?exclude_agents}
  AND (e.agent_id IN (SELECT unhex(value) FROM json_each(:'exclude_agents'))) IS NOT TRUE
\endif
\if :{?one_task}
  AND e.task_id = :'one_task'
\endif
\if :{?tasks}
  AND e.task_id IN (SELECT unhex(value) FROM json_each(:'tasks'))
\endif
\if :{?event_type}
  AND e.event_type = :'event_type'
\endif
\if :{?type_pattern}
  AND e.event_type GLOB :'type_pattern'
\endif
\if :{?type_patterns}
  AND EXISTS (SELECT 1 FROM json_each(:'type_patterns') AS j WHERE e.event_type GLOB j.value)
\endif
\if :{?exclude_types}
  AND NOT EXISTS (SELECT 1 FROM json_each(:'exclude_types') AS j WHERE e.event_type GLOB j.value)
\endif
\if :{?grep_text}
  AND instr(e.message, :'grep_text') > 0
\endif
\if :{?grep}
  AND EXISTS (SELECT 1 FROM json_each(:'grep') AS j WHERE instr(e.message, j.value) > 0)
\endif
\if :{?grep_folded}
  AND EXISTS (SELECT 1 FROM json_each(:'grep_folded') AS j WHERE e.message GLOB j.value)
\endif
  :time_range
\if :{?comments}
  AND e.event_type = 'task.comment' AND length(trim(e.message, ' ')) > 0
\endif
\if :{?failures}
  AND e.event_type GLOB '*failed'
\endif
