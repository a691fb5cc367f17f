#!/bin/sh
# Makes DIRECTORY/sendoff.deb of what `make install' brings, as a package that
# stands in for any other mail-transport-agent.
# usage: package.sh SOURCE DIRECTORY
set -eu

src=$1
dir=$2
root=$dir/package

mkdir -p "$dir/build" "$root/DEBIAN"
cd "$dir/build"
make -s -f "$src/Makefile" srcdir="$src" -j"$(nproc)" all \
    CONFIGURE_ARGS='--prefix=/usr --sysconfdir=/etc --enable-sendmail' \
    >"$dir/build.log" 2>&1 || {
	cat "$dir/build.log"
	exit 1
}
make -s -f "$src/Makefile" srcdir="$src" install DESTDIR="$root" >/dev/null

# The libraries are those that it was built with.
cat >"$root/DEBIAN/control" <<-END
	Package: sendoff
	Version: $(sed -n 's/^VERSION = //p' build/config.mk)
	Architecture: $(dpkg --print-architecture)
	Maintainer: sendoff <root@example.test>
	Provides: mail-transport-agent
	Conflicts: mail-transport-agent
	Replaces: mail-transport-agent
	Description: hands one message to a mail server
END
dpkg-deb --root-owner-group --build "$root" "$dir/sendoff.deb" >/dev/null
