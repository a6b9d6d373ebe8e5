#!/usr/bin/env bash
# A PostgreSQL server for the side-by-side run, removed afterward. It listens only on a Unix socket.
#
#   postgres.sh start DIR    makes a cluster in DIR (on the disk that is to be measured), starts it, prints the
#                            connection string for IBBI_POSTGRES
#   postgres.sh stop DIR     stops it and removes DIR
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
# The server can't run as root; it runs as the user that Debian's package creates.
as=()
if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); fi

programs() { find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname; }

case $1 in
start)
    if [ -z "$(programs)" ]; then
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
    fi
    mkdir -p "$2"
    place=$(cd "$2" && pwd)
    [ "$(id -u)" != 0 ] || chown postgres "$place"
    chmod 700 "$place"
    cd "$place"
    "${as[@]}" "$(programs)/initdb" -D "$place/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
    "${as[@]}" "$(programs)/pg_ctl" -D "$place/data" -l "$place/log" -w \
        -o "-c listen_addresses='' -c unix_socket_directories='$place' -c synchronous_commit=on" start >/dev/null
    echo "host=$place user=postgres dbname=postgres"
    ;;
stop)
    place=$(cd "$2" && pwd)
    cd "$place"
    "${as[@]}" "$(programs)/pg_ctl" -D "$place/data" -m fast -w stop >/dev/null
    cd /
    rm -r "$place"
    ;;
*)
    echo "postgres.sh: start or stop" >&2
    exit 2
    ;;
esac
