# fish completion of mc-activity: put it into ~/.config/fish/completions.

function __mc_activity_complete
    set -l words (commandline -opc)
    # Assignments before the command are not its words.
    while string match -qr '^[A-Za-z_][A-Za-z0-9_]*=' -- $words[1]
        set -e words[1]
    end
    set -l typed (commandline -ct)
    # The words go through a pipe, as other users can read the arguments of a process.
    set -l answer (string join0 -- $words "$typed" | command mc-activity complete fish 2>/dev/null)
    switch "$answer[1]"
        case files
            __mc_activity_paths "$typed"
        case directories
            __mc_activity_paths "$typed" | string match '*/'
        case words
            printf '%s\n' $answer[2..-1]
    end
end

# In --flag=value only the value is a path. After a colon fish offers what may stand there in a list such as $PATH, too.
function __mc_activity_paths --argument-names typed
    set -l flag (string match -r -- '^--[^=]*=' $typed)
    set -l value (string replace -r -- '^--[^=]*=' '' $typed)
    for path in (complete -C"'' $value" | string replace -r '\t.*' '')
        if string match -q -- '*:*' $path; and not test -e (string replace -r -- '^~/' "$HOME/" $path)
            continue
        end
        printf '%s%s\n' "$flag" $path
    end
end

complete -c mc-activity -f -a '(__mc_activity_complete)'
