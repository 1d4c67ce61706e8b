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

# In --flag=value only the value is a path.
function __mc_activity_paths --argument-names typed
    set -l flag (string match -r -- '^--[^=]*=' $typed)
    set -l path (string replace -r -- '^--[^=]*=' '' $typed)
    complete -C"'' $path" | string replace -r '\t.*' '' | string replace -r -- '^' "$flag"
end

complete -c mc-activity -f -a '(__mc_activity_complete)'
