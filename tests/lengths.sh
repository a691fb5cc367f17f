#!/bin/sh
# Function lengths in lib and cmd: none over 60 lines, median at most 12.
set -eu
cd "$(dirname "$0")/.."
ctags -x --c-kinds=f --_xformat='%n %{end} %N %F' lib/*/*.c cmd/*.c |
    awk '{ print $2 - $1 + 1, $3, $4 }' | sort -n |
    awk '
	{ n[NR] = $1; name[NR] = $2 " in " $3 }
	END {
		median = n[int((NR + 1) / 2)]
		printf "%d functions: median %d, p90 %d, longest %d (%s)\n",
		    NR, median, n[int(NR * 0.9)], n[NR], name[NR]
		exit !(NR > 100 && median <= 12 && n[NR] <= 60)
	}'
