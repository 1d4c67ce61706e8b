
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'mc-activity' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'mc-activity'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'mc-activity' {
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the events that the actor may see, newest first')
            [CompletionResult]::new('comments', 'comments', [CompletionResultType]::ParameterValue, 'List comments on tasks with task, board, agent and role, newest first; with --task the whole thread, oldest first')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Follow comments as they are written, or with --events or --type every kind of event')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'Show the newest failures and the error rate of a range, against the range before it')
            [CompletionResult]::new('summary', 'summary', [CompletionResultType]::ParameterValue, 'Count events by type over the last 7 days, or by board, agent, task, day, hour')
            [CompletionResult]::new('boards', 'boards', [CompletionResultType]::ParameterValue, 'List the boards that the actor may read, with their last activity')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Show who is asking, how that was established, and which database answers')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check the connection, the role''s privileges, the schema, the indexes and the clock')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain an event type, or one event')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a manual page, or write all of them')
            [CompletionResult]::new('complete-names', 'complete-names', [CompletionResultType]::ParameterValue, 'Print the names that complete a command line')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Write one event, or many from JSON lines: all of them or none')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Make the embedded store with a believable fortnight of activity, and show it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mc-activity;list' {
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'Only on this board: id, slug or name')
            [CompletionResult]::new('--exclude-board', '--exclude-board', [CompletionResultType]::ParameterName, 'Not on this board')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only of this agent: id or name')
            [CompletionResult]::new('--exclude-agent', '--exclude-agent', [CompletionResultType]::ParameterName, 'Not of this agent')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'Only about this task: id or the first characters of it')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only events of this type; * and ? are wildcards')
            [CompletionResult]::new('--exclude-type', '--exclude-type', [CompletionResultType]::ParameterName, 'No events of this type')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('-U', '-U ', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many (default 50)')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Leave out so many first')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Go on behind a page: its next_cursor, with the same filters and order')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--ignore-case', '--ignore-case', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All that there are, as a stream')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Oldest first')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Only the total')
            [CompletionResult]::new('--no-total', '--no-total', [CompletionResultType]::ParameterName, 'Leave out the total, which takes a count of all that matches')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;comments' {
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'Only on this board: id, slug or name')
            [CompletionResult]::new('--exclude-board', '--exclude-board', [CompletionResultType]::ParameterName, 'Not on this board')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only of this agent: id or name')
            [CompletionResult]::new('--exclude-agent', '--exclude-agent', [CompletionResultType]::ParameterName, 'Not of this agent')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'Only about this task: id or the first characters of it')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('-U', '-U ', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many (default 50)')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Leave out so many first')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Go on behind a page: its next_cursor, with the same filters and order')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--ignore-case', '--ignore-case', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All that there are, as a stream')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Oldest first')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Only the total')
            [CompletionResult]::new('--no-total', '--no-total', [CompletionResultType]::ParameterName, 'Leave out the total, which takes a count of all that matches')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;tail' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Begin with so many of the newest (default 10; with --since all)')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'Begin with so many of the newest (default 10; with --since all)')
            [CompletionResult]::new('--poll', '--poll', [CompletionResultType]::ParameterName, 'Ask the database this often')
            [CompletionResult]::new('--seen-max', '--seen-max', [CompletionResultType]::ParameterName, 'Remember at least so many events, even beyond the look-back')
            [CompletionResult]::new('--lookback', '--lookback', [CompletionResultType]::ParameterName, 'How much older than its first write an event may be dated')
            [CompletionResult]::new('--cursor-file', '--cursor-file', [CompletionResultType]::ParameterName, 'Remember in this file what was shown, and go on there the next time')
            [CompletionResult]::new('--until-count', '--until-count', [CompletionResultType]::ParameterName, 'End after so many events')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'End after this time: with 0, or with 7 if --until-count was not reached')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Give up after so many attempts to reach the database (default: never, once it was reached)')
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'Only on this board: id, slug or name')
            [CompletionResult]::new('--exclude-board', '--exclude-board', [CompletionResultType]::ParameterName, 'Not on this board')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only of this agent: id or name')
            [CompletionResult]::new('--exclude-agent', '--exclude-agent', [CompletionResultType]::ParameterName, 'Not of this agent')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'Only about this task: id or the first characters of it')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only events of this type; * and ? are wildcards')
            [CompletionResult]::new('--exclude-type', '--exclude-type', [CompletionResultType]::ParameterName, 'No events of this type')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'Every kind of event, not only comments')
            [CompletionResult]::new('--no-follow', '--no-follow', [CompletionResultType]::ParameterName, 'Print what is there, oldest first, and end')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--ignore-case', '--ignore-case', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;errors' {
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'The backend''s window, both ends included (default 24h; 1m is 30 days); buckets are cut in UTC')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'What to count')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Count by these too (repeat or separate by commas)')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Answer as of this time')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many failures')
            [CompletionResult]::new('--fail-over', '--fail-over', [CompletionResultType]::ParameterName, 'Exit with 6 when the rate is above this percentage')
            [CompletionResult]::new('--min-events', '--min-events', [CompletionResultType]::ParameterName, 'Thresholds count from so many events on')
            [CompletionResult]::new('--warn', '--warn', [CompletionResultType]::ParameterName, 'WARNING above this percentage')
            [CompletionResult]::new('--crit', '--crit', [CompletionResultType]::ParameterName, 'CRITICAL above this percentage')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Also write one self-contained page, fit to attach to an incident')
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'Only on this board: id, slug or name')
            [CompletionResult]::new('--exclude-board', '--exclude-board', [CompletionResultType]::ParameterName, 'Not on this board')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only of this agent: id or name')
            [CompletionResult]::new('--exclude-agent', '--exclude-agent', [CompletionResultType]::ParameterName, 'Not of this agent')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'Only about this task: id or the first characters of it')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only events of this type; * and ? are wildcards')
            [CompletionResult]::new('--exclude-type', '--exclude-type', [CompletionResultType]::ParameterName, 'No events of this type')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('-U', '-U ', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--nagios', '--nagios', [CompletionResultType]::ParameterName, 'Answer as a Nagios plugin')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--ignore-case', '--ignore-case', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;summary' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'Count by these (repeat or separate by commas; default type); days and hours are cut in UTC')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'Also write one self-contained page')
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'Only on this board: id, slug or name')
            [CompletionResult]::new('--exclude-board', '--exclude-board', [CompletionResultType]::ParameterName, 'Not on this board')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only of this agent: id or name')
            [CompletionResult]::new('--exclude-agent', '--exclude-agent', [CompletionResultType]::ParameterName, 'Not of this agent')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'Only about this task: id or the first characters of it')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Only with this text in the message, taken literally; commas do not separate')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only events of this type; * and ? are wildcards')
            [CompletionResult]::new('--exclude-type', '--exclude-type', [CompletionResultType]::ParameterName, 'No events of this type')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z')
            [CompletionResult]::new('-U', '-U ', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Before this time, in the same forms')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--ignore-case', '--ignore-case', [CompletionResultType]::ParameterName, 'Ignore letter case in --grep')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;boards' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;whoami' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;doctor' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;explain' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;completions' {
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;man' {
            [CompletionResult]::new('--out-dir', '--out-dir', [CompletionResultType]::ParameterName, 'Write one page for each command into this directory')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;complete-names' {
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;log' {
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Event type, such as task.comment')
            [CompletionResult]::new('--message', '--message', [CompletionResultType]::ParameterName, 'Text; - reads stdin')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'Action, where the schema has it')
            [CompletionResult]::new('--board', '--board', [CompletionResultType]::ParameterName, 'Board: id, slug or name (default: the task''s)')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'Task: id or the first characters of it')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Agent: id or name (default: the writing agent, or none)')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The writing user, where the schema has it: only yourself')
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'Actor id, where the schema has it')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'The event''s id; the same event again is then no error')
            [CompletionResult]::new('--jsonl', '--jsonl', [CompletionResultType]::ParameterName, 'Many events, one JSON object a line; - reads stdin')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to print it')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Only these columns, separated by commas, in this order')
            [CompletionResult]::new('--out-file', '--out-file', [CompletionResultType]::ParameterName, 'Write to this file, not to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Check everything, write nothing, show what would be written')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;demo' {
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'As if it were this time; the same time makes the same store')
            [CompletionResult]::new('--database-url', '--database-url', [CompletionResultType]::ParameterName, 'postgresql://… or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Read settings from NAME.env in the directory mc-activity of the configuration')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long one statement may take (default 30s, none for --all); 0s is for ever')
            [CompletionResult]::new('--as-user', '--as-user', [CompletionResultType]::ParameterName, 'Look through this user''s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)')
            [CompletionResult]::new('--as-agent', '--as-agent', [CompletionResultType]::ParameterName, 'Look through this agent''s eyes: id or name; with an agent''s token, the agent that it must belong to')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN')
            [CompletionResult]::new('--agent-token-file', '--agent-token-file', [CompletionResultType]::ParameterName, 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read and show times in this zone, such as Europe/Berlin')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Keep writing an event every few seconds, until Ctrl-C')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace a store that demo did not make, or that log has written to')
            [CompletionResult]::new('--show-sql', '--show-sql', [CompletionResultType]::ParameterName, 'Print the SQL that is sent to stderr')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Read and show times in the machine''s zone, not in UTC')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on stderr')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'mc-activity;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the events that the actor may see, newest first')
            [CompletionResult]::new('comments', 'comments', [CompletionResultType]::ParameterValue, 'List comments on tasks with task, board, agent and role, newest first; with --task the whole thread, oldest first')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Follow comments as they are written, or with --events or --type every kind of event')
            [CompletionResult]::new('errors', 'errors', [CompletionResultType]::ParameterValue, 'Show the newest failures and the error rate of a range, against the range before it')
            [CompletionResult]::new('summary', 'summary', [CompletionResultType]::ParameterValue, 'Count events by type over the last 7 days, or by board, agent, task, day, hour')
            [CompletionResult]::new('boards', 'boards', [CompletionResultType]::ParameterValue, 'List the boards that the actor may read, with their last activity')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Show who is asking, how that was established, and which database answers')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check the connection, the role''s privileges, the schema, the indexes and the clock')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain an event type, or one event')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a manual page, or write all of them')
            [CompletionResult]::new('complete-names', 'complete-names', [CompletionResultType]::ParameterValue, 'Print the names that complete a command line')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Write one event, or many from JSON lines: all of them or none')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Make the embedded store with a believable fortnight of activity, and show it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'mc-activity;help;list' {
            break
        }
        'mc-activity;help;comments' {
            break
        }
        'mc-activity;help;tail' {
            break
        }
        'mc-activity;help;errors' {
            break
        }
        'mc-activity;help;summary' {
            break
        }
        'mc-activity;help;boards' {
            break
        }
        'mc-activity;help;whoami' {
            break
        }
        'mc-activity;help;doctor' {
            break
        }
        'mc-activity;help;explain' {
            break
        }
        'mc-activity;help;completions' {
            break
        }
        'mc-activity;help;man' {
            break
        }
        'mc-activity;help;complete-names' {
            break
        }
        'mc-activity;help;log' {
            break
        }
        'mc-activity;help;demo' {
            break
        }
        'mc-activity;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
