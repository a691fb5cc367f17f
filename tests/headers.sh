#!/bin/sh
# Every header compiles alone.  usage: tests/headers.sh BUILD_CONFIG_H
set -eu
cd "$(dirname "$0")/.."
flags=$(pkg-config --cflags gnutls libconfig libidn2)
for h in lib/*/*.h cmd/*.h; do
	# shellcheck disable=SC2086
	printf '#include "%s"\n' "${h#lib/}" | "${CC:-cc}" -std=c17 -Wall -Wextra \
	    -Werror -include "$1" -Ilib -I. $flags -fsyntax-only -x c - || {
		echo "$h does not compile alone"
		exit 1
	}
done
