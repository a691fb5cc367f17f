#!/bin/sh
# A release builds outside its tree, passes its unit tests, installs, and
# leaves nothing behind.  usage: tests/distcheck.sh TARBALL
set -eu
tarball=$(realpath "$1")
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
tar xzf "$tarball" -C "$dir"
src=$(echo "$dir"/sendoff-*)
chmod -R a-w "$src"
find "$src" | sort >"$dir/before"
mkdir "$dir/out" "$dir/root"

empty() {
	left=$(find "$dir/root" ! -type d)
	[ -z "$left" ] || {
		echo "left behind: $left"
		exit 1
	}
}

cd "$dir/out"
"$src/configure" --quiet --prefix=/usr --sysconfdir=/etc --enable-sendmail
make -s all check-unit
find "$src" | sort | diff "$dir/before" -
make -s install DESTDIR="$dir/root"
for file in usr/bin/sendoff usr/sbin/sendmail usr/lib/sendmail usr/bin/mailq \
    usr/share/sendoff/providers.conf usr/share/man/man1/sendoff.1; do
	[ -e "$dir/root/$file" ] || [ -L "$dir/root/$file" ] || {
		echo "$file was not installed"
		exit 1
	}
done
[ "$("$dir/root/usr/bin/sendoff" --version)" = "$(basename "$src" | tr - ' ')" ]
make -s install-lib DESTDIR="$dir/root"
export PKG_CONFIG_PATH="$dir/root/usr/lib/pkgconfig" \
    PKG_CONFIG_SYSROOT_DIR="$dir/root"
# shellcheck disable=SC2046
cc -o "$dir/note" "$src/tests/example/note.c" \
    $(pkg-config --cflags --libs sendoff | sed "s|$dir/root$dir/root|$dir/root|g")
"$dir/note" && exit 1 # without arguments
make -s uninstall uninstall-lib DESTDIR="$dir/root"
empty
make -s install-system DESTDIR="$dir/root"
sh "$src/tests/system.sh" "$dir/root"
make -s uninstall-system DESTDIR="$dir/root"
empty
mkdir -p "$dir/root/etc/sendoff"
echo mine >"$dir/root/etc/sendoff/relay.conf"
make -s install-system DESTDIR="$dir/root"
make -s uninstall-system DESTDIR="$dir/root"
[ "$(cat "$dir/root/etc/sendoff/relay.conf")" = mine ] || {
	echo "a configuration was thrown away"
	exit 1
}
rm -r "$dir/root/etc/sendoff"
empty

# What is another mailer's is neither replaced nor taken away.
mkdir -p "$dir/root/usr/sbin" "$dir/root/usr/bin"
echo theirs >"$dir/root/usr/sbin/sendmail"
ln -s ../sbin/sendmail "$dir/root/usr/bin/mailq"
for target in install install-system; do
	if make -s "$target" DESTDIR="$dir/root" 2>"$dir/refused"; then
		echo "$target does not care about another sendmail"
		exit 1
	fi
	grep -q 'dpkg-divert .*--add /usr/sbin/sendmail$' "$dir/refused"
done
[ ! -e "$dir/root/usr/bin/sendoff" ]
make -s uninstall-system DESTDIR="$dir/root"
[ "$(cat "$dir/root/usr/sbin/sendmail")" = theirs ]
make -s install-system DESTDIR="$dir/root" FORCE=1
[ "$(readlink "$dir/root/usr/sbin/sendmail")" = /usr/bin/sendoff ]
make -s install-system DESTDIR="$dir/root" # once more, over ours
for place in queue/relay held/relay draft; do
	mkdir -p "$dir/root/var/lib/sendoff/spool/$place"
	: >"$dir/root/var/lib/sendoff/spool/$place/1"
done
make -s uninstall-system DESTDIR="$dir/root" |
    grep -q 'left: .* 2 messages in the spool'
[ "$(readlink "$dir/root/usr/bin/mailq")" = ../sbin/sendmail ]
rm -r "$dir/root/usr/bin/mailq" "$dir/root/var/lib/sendoff"
empty
echo "distcheck: fine"
