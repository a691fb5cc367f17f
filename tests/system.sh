#!/bin/sh
# What `make install-system' has brought: is it all there, closed to whom it
# must be, and what systemd would take?  usage: tests/system.sh ROOT
set -eu
root=$1
units=$root/usr/lib/systemd/system

wrong() {
	echo "install-system: $*"
	exit 1
}

for file in usr/bin/sendoff usr/sbin/sendmail usr/bin/mailq \
    usr/bin/newaliases usr/share/man/man1/sendoff.1 \
    usr/lib/sysusers.d/sendoff.conf usr/lib/tmpfiles.d/sendoff.conf \
    usr/lib/systemd/system/sendoff.socket \
    usr/lib/systemd/system/sendoff.service \
    usr/lib/systemd/system/sendoff-flush.service \
    usr/lib/systemd/system/sendoff-flush.timer; do
	[ -e "$root/$file" ] || [ -L "$root/$file" ] || wrong "no $file"
done
[ -z "$(find "$root" -perm /6000)" ] || wrong "a set-user-ID program"
[ "$(stat -c %a "$root/etc/sendoff/sendoff.conf")" = 644 ] ||
    wrong "users cannot read their configuration"
[ "$(stat -c %a "$root/etc/sendoff/relay.conf")" = 600 ] ||
    wrong "users can read the relay's"
for conf in sendoff.conf relay.conf; do
	"$root/usr/bin/sendoff" -C "$root/etc/sendoff/$conf" --check >/dev/null
done
! grep -r '@[a-z]*@' "$units" || wrong "a place was not filled in"

# What the timer starts must be a command that there is: nothing waits.
flush=$(sed -n 's/^ExecStart=//p' "$units/sendoff-flush.service")
CREDENTIALS_DIRECTORY=$root/etc/sendoff SENDOFF_SPOOL=$root/no-spool \
    sh -c "$root$flush" >"$root/../flush" 2>&1 </dev/null ||
    wrong "$flush: $(cat "$root/../flush")"

if command -v systemd-analyze >/dev/null; then
	# With the program where it stands here.
	mkdir "$root/../units"
	for unit in "$units"/*; do
		sed "s|=/usr/bin/sendoff|=$root/usr/bin/sendoff|" "$unit" \
		    >"$root/../units/${unit##*/}"
	done
	(cd "$root/../units" && systemd-analyze verify --man=no ./sendoff*)
	# In tenths; what listens to strangers has to be closed tightly.
	systemd-analyze security --offline=true --threshold=19 \
	    "$units/sendoff.service" "$units/sendoff-flush.service" \
	    >"$root/../security" || wrong "$(grep Overall "$root/../security")"
fi
