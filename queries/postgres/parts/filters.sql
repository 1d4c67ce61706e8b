-- Which events the actor may see and asks for: conditions on activity_events e. Other queries include them as :filters.
--
-- An agent sees the events that have its own agent_id (agent). A user sees the events of readable boards (boards): an event
-- belongs to its own board, or without one to its task's board. On the dashboard and among comments (by_task_board) the
-- task's board alone counts.
-- hash_readable_tasks is for many rows: the readable tasks are hashed once. Without it each row's task is looked up.
-- bounded_in_time: IS TRUE keeps the planner from reading the indexes on board_id and task_id, which have millions of
-- entries for a busy board, although a time range already says which rows to read.
-- distributed: Citus distributes the events. The tasks of the boards go to each server as one list, and its index on task_id
-- finds their events.
-- little_tasks are the tasks of the boards, where a bounded role may see little: an index finds what it may see.
-- grep_text is one text: strpos skips ahead in a message, where LIKE compares each character.
\if :{?agent} \\
  AND e.agent_id = :'agent'
\endif \\
\if :{?boards} \\
  \if :{?by_task_board} \\
    \if :{?distributed} \\
  AND e.task_id = ANY(ARRAY(SELECT t.id FROM tasks t WHERE t.board_id = ANY(:'boards')))
    \else \\
      \if :{?hash_readable_tasks} \\
  AND (e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:'boards')))
        \if :{?bounded_in_time} \\
      IS TRUE
        \endif \\
      \else \\
  AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = ANY(:'boards')
      \endif \\
    \endif \\
  \else \\
    \if :{?hash_readable_tasks} \\
  AND ((e.board_id = ANY(:'boards'))
      \if :{?bounded_in_time} \\
       IS TRUE
      \endif \\
       OR e.board_id IS NULL AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:'boards')))
    \else \\
  AND coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) = ANY(:'boards')
    \endif \\
  \endif \\
\else \\
  \if :{?by_task_board} \\
  AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id IS NOT NULL)
  \endif \\
\endif \\
\if :{?little_tasks} \\
  AND (e.board_id = ANY(:'boards') OR e.task_id = ANY(:'little_tasks'))
\endif \\
\if :{?exclude_boards} \\
  AND (
    :event_board
    = ANY(:'exclude_boards')) IS NOT TRUE
\endif \\
\if :{?agents} \\
  AND e.agent_id = ANY(:'agents')
\endif \\
\if :{?exclude_agents} \\
  AND (e.agent_id = ANY(:'exclude_agents')) IS NOT TRUE
\endif \\
\if :{?tasks} \\
  AND e.task_id = ANY(:'tasks')
\endif \\
\if :{?type_patterns} \\
  AND e.event_type LIKE ANY(:'type_patterns')
\endif \\
\if :{?exclude_types} \\
  AND NOT e.event_type LIKE ANY(:'exclude_types')
\endif \\
\if :{?grep_text} \\
  AND strpos(e.message, :'grep_text') > 0
\endif \\
\if :{?grep} \\
  AND e.message LIKE ANY(:'grep')
\endif \\
\if :{?grep_folded} \\
  AND e.message ~ ANY(:'grep_folded')
\endif \\
  :time_range
\if :{?comments} \\
  AND e.event_type = 'task.comment' AND length(trim(e.message)) > 0
\endif \\
\if :{?failures} \\
  AND e.event_type LIKE '%failed'
\endif \\
