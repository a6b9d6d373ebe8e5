#!/usr/bin/env bash
# Counts the instructions of the hot paths (examples/hot.rs) with valgrind and writes docs/performance/instructions.tsv.
# Counts do not depend on what else the machine does, so they show a change of a percent that no time shows. Each path is
# counted twice; a difference beyond 0.1% is reported. Against the file as it was, the change of each path is printed.
# valgrind does not emulate SHA-256 instructions, so hashing is counted separately: real processors need far fewer.
#
#   bench/instructions.sh [PATH...]     all paths, or those named
set -euo pipefail
cd "$(dirname "$0")/.."
file=docs/performance/instructions.tsv
hot=bench/target/release/examples/hot

command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind" >&2; exit 75; }
${CARGO:-cargo} build --quiet --release --manifest-path bench/Cargo.toml --example hot

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# The instructions of one run of a path: those inside `measured`.
count() {
    valgrind --tool=callgrind --toggle-collect='*hot::measured*' --callgrind-out-file="$place/out" \
        "$hot" "$1" >"$place/units" 2>"$place/log" || { cat "$place/log" >&2; exit 1; }
    sed -n 's/^summary: \([0-9]*\).*/\1/p; s/^totals: \([0-9]*\).*/\1/p' "$place/out" | tail -n 1
}

# Those of them that hash.
hashing() {
    callgrind_annotate --threshold=100 "$place/out" |
        awk '/sha2::|ibbi_log::lanes/ { gsub(",", "", $1); all += $1 } END { printf "%d", all }'
}

# The committed figure for a path, if there is one.
before() { if [ -f "$file" ]; then awk -F '\t' -v path="$1" '$1 == path { print $4 }' "$file"; fi; }

mkdir -p "$(dirname "$file")"
{
    printf '# instructions by valgrind %s, %s\n' "$(valgrind --version | sed 's/valgrind-//')" "$(rustc --version | cut -d ' ' -f 1,2)"
    printf 'path\tunits\tunit\tinstructions\teach\teach, without hashing\n'
} >"$place/new"
paths=("$@")
[ ${#paths[@]} -gt 0 ] || mapfile -t paths < <("$hot")
for path in "${paths[@]}"; do
    first=$(count "$path")
    second=$(count "$path")
    hashed=$(hashing)
    IFS=$'\t' read -r units unit <"$place/units"
    awk -v path="$path" -v one="$first" -v two="$second" 'BEGIN {
        apart = (two - one) / one * 100
        if (apart > 0.1 || apart < -0.1) printf "%s: two runs differ by %+.2f%%\n", path, apart
    }'
    then=$(before "$path")
    awk -v path="$path" -v unit="$unit" -v units="$units" -v now="$first" -v then="${then:-0}" 'BEGIN {
        printf "%-16s %12d instructions, %10.1f per %s", path, now, now / units, unit
        if (then > 0) printf "  %+7.2f%% against the file", (now - then) / then * 100
        print ""
    }'
    awk -v path="$path" -v unit="$unit" -v units="$units" -v now="$first" -v hashed="$hashed" 'BEGIN {
        printf "%s\t%d\t%s\t%d\t%.1f\t%.1f\n", path, units, unit, now, now / units, (now - hashed) / units
    }' >>"$place/new"
done
# Only a whole count replaces the file.
[ $# -gt 0 ] || cp "$place/new" "$file"
