# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mc_activity_global_optspecs
    string join \n database-url= profile= timeout= show-sql as-user= as-agent= token-file= agent-token-file= local tz= q/quiet v/verbose h/help V/version
end

function __fish_mc_activity_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mc_activity_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mc_activity_using_subcommand
    set -l cmd (__fish_mc_activity_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mc-activity -n "__fish_mc_activity_needs_command" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "list" -d 'List the events that the actor may see, newest first'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "comments" -d 'List comments on tasks with task, board, agent and role, newest first; with --task the whole thread, oldest first'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "tail" -d 'Follow comments as they are written, or with --events or --type every kind of event'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "errors" -d 'Show the newest failures and the error rate of a range, against the range before it'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "summary" -d 'Count events by type over the last 7 days, or by board, agent, task, day, hour'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "boards" -d 'List the boards that the actor may read, with their last activity'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "whoami" -d 'Show who is asking, how that was established, and which database answers'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "doctor" -d 'Check the connection, the role\'s privileges, the schema, the indexes and the clock'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "explain" -d 'Explain an event type, or one event'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "man" -d 'Print a manual page, or write all of them'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "log" -d 'Write one event, or many from JSON lines: all of them or none'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "demo" -d 'Make the embedded store with a believable fortnight of activity, and show it'
complete -c mc-activity -n "__fish_mc_activity_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l board -d 'Only on this board: id, slug or name' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l exclude-board -d 'Not on this board' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l agent -d 'Only of this agent: id or name' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l exclude-agent -d 'Not of this agent' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l task -d 'Only about this task: id or the first characters of it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s g -l grep -d 'Only with this text in the message, taken literally; commas do not separate' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l type -d 'Only events of this type; * and ? are wildcards' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l exclude-type -d 'No events of this type' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s S -l since -d 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s U -l until -d 'Before this time, in the same forms' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l limit -d 'At most so many (default 50)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l offset -d 'Leave out so many first' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l after -d 'Go on behind a page: its next_cursor, with the same filters and order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s i -l ignore-case -d 'Ignore letter case in --grep'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l all -d 'All that there are, as a stream'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l reverse -d 'Oldest first'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l count -d 'Only the total'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l no-total -d 'Leave out the total, which takes a count of all that matches'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand list" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l board -d 'Only on this board: id, slug or name' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l exclude-board -d 'Not on this board' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l agent -d 'Only of this agent: id or name' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l exclude-agent -d 'Not of this agent' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l task -d 'Only about this task: id or the first characters of it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s g -l grep -d 'Only with this text in the message, taken literally; commas do not separate' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s S -l since -d 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s U -l until -d 'Before this time, in the same forms' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l limit -d 'At most so many (default 50)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l offset -d 'Leave out so many first' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l after -d 'Go on behind a page: its next_cursor, with the same filters and order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s i -l ignore-case -d 'Ignore letter case in --grep'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l all -d 'All that there are, as a stream'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l reverse -d 'Oldest first'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l count -d 'Only the total'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l no-total -d 'Leave out the total, which takes a count of all that matches'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand comments" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s n -l lines -d 'Begin with so many of the newest (default 10; with --since all)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l poll -d 'Ask the database this often' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l seen-max -d 'Remember at least so many events, even beyond the look-back' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l lookback -d 'How much older than its first write an event may be dated' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l cursor-file -d 'Remember in this file what was shown, and go on there the next time' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l until-count -d 'End after so many events' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l for -d 'End after this time: with 0, or with 7 if --until-count was not reached' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l max-retries -d 'Give up after so many attempts to reach the database (default: never, once it was reached)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l board -d 'Only on this board: id, slug or name' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l exclude-board -d 'Not on this board' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l agent -d 'Only of this agent: id or name' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l exclude-agent -d 'Not of this agent' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l task -d 'Only about this task: id or the first characters of it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s g -l grep -d 'Only with this text in the message, taken literally; commas do not separate' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l type -d 'Only events of this type; * and ? are wildcards' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l exclude-type -d 'No events of this type' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s S -l since -d 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l events -d 'Every kind of event, not only comments'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l no-follow -d 'Print what is there, oldest first, and end'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s i -l ignore-case -d 'Ignore letter case in --grep'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand tail" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l range -d 'The backend\'s window, both ends included (default 24h; 1m is 30 days); buckets are cut in UTC' -r -f -a "24h\t''
3d\t''
7d\t''
14d\t''
1m\t''
3m\t''
6m\t''
1y\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l scope -d 'What to count' -r -f -a "all\t''
dashboard\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l by -d 'Count by these too (repeat or separate by commas)' -r -f -a "type\t''
board\t''
agent\t''
task\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l at -d 'Answer as of this time' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l limit -d 'At most so many failures' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l fail-over -d 'Exit with 6 when the rate is above this percentage' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l min-events -d 'Thresholds count from so many events on' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l warn -d 'WARNING above this percentage' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l crit -d 'CRITICAL above this percentage' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l html -d 'Also write one self-contained page, fit to attach to an incident' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l board -d 'Only on this board: id, slug or name' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l exclude-board -d 'Not on this board' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l agent -d 'Only of this agent: id or name' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l exclude-agent -d 'Not of this agent' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l task -d 'Only about this task: id or the first characters of it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s g -l grep -d 'Only with this text in the message, taken literally; commas do not separate' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l type -d 'Only events of this type; * and ? are wildcards' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l exclude-type -d 'No events of this type' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s S -l since -d 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s U -l until -d 'Before this time, in the same forms' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l nagios -d 'Answer as a Nagios plugin'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s i -l ignore-case -d 'Ignore letter case in --grep'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand errors" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l by -d 'Count by these (repeat or separate by commas; default type); days and hours are cut in UTC' -r -f -a "type\t''
board\t''
agent\t''
task\t''
day\t''
hour\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l html -d 'Also write one self-contained page' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l board -d 'Only on this board: id, slug or name' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l exclude-board -d 'Not on this board' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l agent -d 'Only of this agent: id or name' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l exclude-agent -d 'Not of this agent' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l task -d 'Only about this task: id or the first characters of it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s g -l grep -d 'Only with this text in the message, taken literally; commas do not separate' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l type -d 'Only events of this type; * and ? are wildcards' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l exclude-type -d 'No events of this type' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s S -l since -d 'From this time on: 15m, 2h, 7d (ago), today, yesterday, 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s U -l until -d 'Before this time, in the same forms' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s i -l ignore-case -d 'Ignore letter case in --grep'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand summary" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand boards" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand whoami" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand explain" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand completions" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l out-dir -d 'Write one page for each command into this directory' -r -f -a "(__fish_complete_directories)"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand man" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l type -d 'Event type, such as task.comment' -r -f -a '(mc-activity complete-names type (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l message -d 'Text; - reads stdin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l action -d 'Action, where the schema has it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l board -d 'Board: id, slug or name (default: the task\'s)' -r -f -a '(mc-activity complete-names board (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l task -d 'Task: id or the first characters of it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l agent -d 'Agent: id or name (default: the writing agent, or none)' -r -f -a '(mc-activity complete-names agent (commandline -cp | string collect) 2>/dev/null)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l user -d 'The writing user, where the schema has it: only yourself' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l actor -d 'Actor id, where the schema has it' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l id -d 'The event\'s id; the same event again is then no error' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l jsonl -d 'Many events, one JSON object a line; - reads stdin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -s o -l output -d 'How to print it' -r -f -a "table\t''
wide\t''
json\t''
jsonl\t''
csv\t''
tsv\t''
text\t''
sse\t''
prometheus\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l fields -d 'Only these columns, separated by commas, in this order' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l out-file -d 'Write to this file, not to stdout' -r -F
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l dry-run -d 'Check everything, write nothing, show what would be written'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l no-header -d 'With csv or tsv: no header, only rows'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l excel -d 'With csv or tsv: for a spreadsheet such as Excel (a byte order mark, and \' before a text that could be a formula)'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand log" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l at -d 'As if it were this time; the same time makes the same store' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l database-url -d 'postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l profile -d 'Read settings from NAME.env in the directory mc-activity of the configuration' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l timeout -d 'How long one statement may take (default 30s, none for --all); 0s is for ever' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l as-user -d 'Look through this user\'s eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l as-agent -d 'Look through this agent\'s eyes: id or name; with an agent\'s token, the agent that it must belong to' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l token-file -d 'Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l agent-token-file -d 'Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l tz -d 'Read and show times in this zone, such as Europe/Berlin' -r
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l live -d 'Keep writing an event every few seconds, until Ctrl-C'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l force -d 'Replace a store that demo did not make, or that log has written to'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l show-sql -d 'Print the SQL that is sent to stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -l local -d 'Read and show times in the machine\'s zone, not in UTC'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -s v -l verbose -d 'Say more on stderr'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -s h -l help -d 'Print help'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand demo" -s V -l version -d 'Print version'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "list" -d 'List the events that the actor may see, newest first'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "comments" -d 'List comments on tasks with task, board, agent and role, newest first; with --task the whole thread, oldest first'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "tail" -d 'Follow comments as they are written, or with --events or --type every kind of event'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "errors" -d 'Show the newest failures and the error rate of a range, against the range before it'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "summary" -d 'Count events by type over the last 7 days, or by board, agent, task, day, hour'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "boards" -d 'List the boards that the actor may read, with their last activity'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "whoami" -d 'Show who is asking, how that was established, and which database answers'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "doctor" -d 'Check the connection, the role\'s privileges, the schema, the indexes and the clock'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "explain" -d 'Explain an event type, or one event'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "completions" -d 'Print the completions of a shell'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "man" -d 'Print a manual page, or write all of them'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "log" -d 'Write one event, or many from JSON lines: all of them or none'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "demo" -d 'Make the embedded store with a believable fortnight of activity, and show it'
complete -c mc-activity -n "__fish_mc_activity_using_subcommand help; and not __fish_seen_subcommand_from list comments tail errors summary boards whoami doctor explain completions man log demo help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
