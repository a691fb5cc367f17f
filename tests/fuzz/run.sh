#!/usr/bin/env bash
# Runs the fuzzers, as many at a time as there are processors.  What they find
# goes to BUILD_DIR: new inputs to found/X, what breaks a target to broken-X-*.
# usage: run.sh BUILD_DIR SECONDS [NAME...]
set -u

build=$1
seconds=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
	for source in "$here"/fuzz_*.c; do
		name=${source##*/fuzz_}
		set -- "$@" "${name%.c}"
	done
fi

run_one() {
	local name=$1 log=$build/fuzz_$1.log runs
	mkdir -p "$build/found/$name"
	if "$build/fuzz_$name" -max_total_time="$seconds" -timeout=25 \
	    -print_final_stats=1 -artifact_prefix="$build/broken-$name-" \
	    "$build/found/$name" "$here/corpus/$name" >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "ok fuzz $name: ${runs:-no} runs"
		[ "${runs:-0}" -gt 0 ]
	else
		echo "not ok fuzz $name"
		tail -n 40 "$log"
		return 1
	fi
}
export -f run_one
export build seconds here

# shellcheck disable=SC2016
printf '%s\n' "$@" |
    xargs -P "$(nproc)" -I '{}' bash -c 'run_one "$1"' bash '{}'
