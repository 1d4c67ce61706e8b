# bash completion of mc-activity: source it, or install it where bash-completion looks.

_mc_activity() {
    local line mode=
    COMPREPLY=()
    # The command line goes through a pipe, as other users can read the arguments of a process. $2 is what bash replaces.
    while IFS= read -r line; do
        if [[ -z $mode ]]; then mode=$line; else COMPREPLY+=("$line"); fi
    done < <(printf '%s\0%s' "${COMP_LINE:0:COMP_POINT}" "$2" | command mc-activity complete bash 2>/dev/null)
    # bash itself completes file names.
    case $mode in
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
    esac
}

complete -F _mc_activity mc-activity
