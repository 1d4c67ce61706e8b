# bash completion of mc-activity: source it, or install it where bash-completion looks.

_mc_activity() {
    local line mode=
    COMPREPLY=()
    # The command line goes through a pipe, as other users can read the arguments of a process. $2 is what bash replaces.
    while IFS= read -r line; do
        if [[ -z $mode ]]; then mode=$line; else COMPREPLY+=("$line"); fi
    done < <(printf '%s\0%s' "${COMP_LINE:0:COMP_POINT}" "$2" | command mc-activity complete bash 2>/dev/null)
    case $mode in
    # bash itself completes file names.
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
    *) [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace ;;
    esac
}

complete -F _mc_activity mc-activity
