# Runs a PostgreSQL server in a new directory for as long as stdin stays open, then removes every trace of it: a test run
# that is killed leaves nothing behind either. Says "ready DIRECTORY" once it answers.
# $1: directory of PostgreSQL's programs, $2: TCP port on 127.0.0.1, $3: port of the primary to follow, or empty,
# $4: directory of files for the data directory, or empty; the rest are arguments for the server
set -eu
dir=$(mktemp -d /tmp/mc-activity-tests.XXXXXX)
pid=
stop() {
    if [ -n "$pid" ]; then
        # It may have been restarted.
        pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null || echo "$pid")
        kill -QUIT "$pid" 2>/dev/null || true
        wait "$pid" || true
    fi
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

programs=$1 port=$2 primary=$3 files=$4
shift 4
if [ -n "$primary" ]; then
    "$programs/pg_basebackup" -h 127.0.0.1 -p "$primary" -U postgres -D "$dir/data" -R -c fast --no-sync
else
    "$programs/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync
fi >"$dir/log" 2>&1 </dev/null || {
    cat "$dir/log" >&2
    exit 1
}
if [ -n "$files" ]; then
    cp "$files"/* "$dir/data"
    chmod 600 "$dir/data"/*.key "$dir/data"/pg_hba.conf 2>/dev/null || true
fi
# Nothing here outlives the run, so nothing need reach the disk; without autovacuum the plans stay the same.
"$programs/postgres" -D "$dir/data" -k "$dir" -p "$port" -c listen_addresses=127.0.0.1 -c max_connections=200 \
    -c shared_buffers=64MB -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
    "$@" >>"$dir/log" 2>&1 </dev/null &
pid=$!
until "$programs/pg_isready" -q -h "$dir" -p "$port"; do
    kill -0 "$pid" 2>/dev/null || {
        cat "$dir/log" >&2
        exit 1
    }
    sleep 0.05
done
echo "ready $dir"
cat >/dev/null
