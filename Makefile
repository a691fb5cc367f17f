# sendoff: the one Makefile.  It runs autoconf and configure by itself.
#
#   make                the program, at build/sendoff
#   make demo           send a message to a server on this machine and show it
#   make check          the tests; check-asan and check-valgrind: so too
#   make check-callers  cron, mutt, PHP and many more send mail; root, in CI
#   make check-system   the installed service, on a systemd; root, in CI
#   make check-crash    kill -9 at every system call, full disks, loss of
#                       power, and a crowd
#   make bench          Postfix and others beside it; MESSAGES, ROUNDS; root
#   make fuzz           each fuzzer for FUZZ_SECONDS; FUZZ='reply sasl' picks
#   make lint           format, analysers, and the gates of tests/*.sh
#   make deps           install what a Debian machine lacks for building
#   make install        DESTDIR, prefix and friends are honoured; uninstall
#   make install-system the same with sendmail, and the service of a system
#   make install-lib    the library: sendoff.h, libsendoff.a, sendoff.pc
#   make distcheck      build and install from the tarball of `make dist'
#
# V=1 shows the commands, SAN=address,undefined builds with sanitizers, and
# CC=clang B=build/clang with another compiler in another place.

srcdir ?= .
SAN ?=
B ?= build$(if $(SAN),/san)
ONLY ?=
FUZZ_SECONDS ?= 60
MESSAGES ?= 100
ROUNDS ?= 5

# ---- what needs no configuration -------------------------------------------

OUTER := deps deps-check deps-ci demo check check-asan check-valgrind \
	check-callers check-crash check-system bench fuzz lint distcheck clean \
	distclean
INNER := $(filter-out $(OUTER),$(or $(MAKECMDGOALS),all))

BUILD_DEPS = gcc make autoconf pkg-config libc6-dev \
	libgnutls28-dev libconfig-dev libidn2-dev libunistring-dev
CHECK_DEPS = check mandoc universal-ctags python3 libc-bin
CI_DEPS = clang clang-format clang-tidy libclang-rt-dev cppcheck shellcheck \
	valgrind strace
SYSTEM_DEPS = systemd strace python3 procps
CRASH_DEPS = e2fsprogs xfsprogs btrfs-progs mount

# Short lines, unless V=1.
say = $(if $(V),,@printf '  %-5s%s\n' $(1) $(2);)

# Building is for all processors, unless -j says otherwise.
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
build = @$(MAKE) --no-print-directory $(jobs)
run = @$(MAKE) --no-print-directory -j1

.PHONY: $(OUTER) all server benches programs fuzzers dist install uninstall \
	install-links-check install-system uninstall-system lib install-lib \
	uninstall-lib \
	check-unit check-corpus check-nomem check-floors check-docs check-e2e \
	run-check lint-source lint-scripts lint-format lint-cppcheck lint-tidy

all:

deps:
	@sh $(srcdir)/tests/deps.sh $(BUILD_DEPS)

deps-check: deps
	@sh $(srcdir)/tests/deps.sh $(CHECK_DEPS)

deps-ci: deps-check
	@sh $(srcdir)/tests/deps.sh $(CI_DEPS)

demo: deps
	$(build) all server
	@sh $(srcdir)/tests/demo.sh $(B)

check: deps-check
	$(build) programs
	$(run) check-floors check-docs run-check

check-asan: deps-check
	$(build) SAN=address,undefined programs
	$(run) SAN=address,undefined run-check

check-valgrind: deps-ci
	$(build) programs
	@sh $(srcdir)/tests/valgrind.sh $(B)

check-callers: deps
	$(build) all server
	@bash $(srcdir)/tests/callers/run.sh $(B) $(ONLY)

check-crash: deps-ci
	@sh $(srcdir)/tests/deps.sh $(CRASH_DEPS)
	$(build) all server
	@sh $(srcdir)/tests/crash/matrix.sh $(B)
	@sh $(srcdir)/tests/crash/power.sh $(B)
	@sh $(srcdir)/tests/crash/load.sh $(B) 500

bench: deps
	$(build) all benches
	@bash $(srcdir)/tests/bench/run.sh $(B) $(MESSAGES) $(ROUNDS)

check-system: deps
	@sh $(srcdir)/tests/deps.sh $(SYSTEM_DEPS)
	$(build) all server
	@bash $(srcdir)/tests/live/run.sh $(B) $(ONLY)

fuzz: deps-ci
	$(build) CC=clang SAN=fuzzer-no-link,address,undefined B=build/fuzz fuzzers
	@bash $(srcdir)/tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS) $(FUZZ)

lint: deps-ci
	$(build) -k lint-source lint-scripts lint-format lint-cppcheck lint-tidy

distcheck: deps-check
	$(run) dist
	@sh $(srcdir)/tests/distcheck.sh build/sendoff-*.tar.gz

clean:
	rm -rf build

distclean: clean
	rm -rf configure configure~ autom4te.cache config.log config.status

# ---- configuration -----------------------------------------------------------

ifneq ($(INNER),)
include build/config.mk

$(srcdir)/configure: $(srcdir)/configure.ac
	cd $(srcdir) && autoconf

build/config.mk: $(srcdir)/configure $(srcdir)/lib/config.mk.in \
    $(srcdir)/lib/config.h.in
	@mkdir -p build
	$(srcdir)/configure --quiet $(CONFIGURE_ARGS)
	@touch $@

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wno-format-nonliteral -Wundef $(WERROR)
HARDEN = $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
ALL_CFLAGS = -std=c17 $(WARN) $(HARDEN) \
	-include build/config.h -I$(srcdir)/lib -I$(srcdir) \
	-DSYSCONFDIR='"$(sysconfdir)"' -DDATADIR='"$(datadir)"' \
	-DLOCALSTATEDIR='"$(localstatedir)"' \
	$(LIB_CFLAGS) $(CFLAGS) $(SAN_CFLAGS)
SAN_CFLAGS = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed \
	$(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))

# ---- the program -------------------------------------------------------------

lib_src := $(sort $(wildcard $(srcdir)/lib/*/*.c))
cmd_src := $(sort $(wildcard $(srcdir)/cmd/*.c))
obj = $(patsubst $(srcdir)/%.c,$(B)/%.o,$(1))

all: $(B)/sendoff

# GnuTLS is not linked: cmd/gnutls.c loads it.
$(B)/sendoff: $(call obj,$(cmd_src)) $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) \
	    $(filter-out -lgnutls,$(LIB_LIBS)) $(DL_LIBS)

$(B)/libsendoff.a: $(call obj,$(lib_src))
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(B)/%.o: $(srcdir)/%.c build/config.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(call obj,$(lib_src) $(cmd_src)))

# ---- the library, for programs of others ---------------------------------------

# What lib/client stands on, in one object, of which sendoff_* alone can be
# seen.
client_src := $(filter-out $(srcdir)/lib/conf/% $(srcdir)/lib/compose/% \
    $(srcdir)/lib/spool/% $(srcdir)/lib/submit/% $(srcdir)/lib/queue/%, \
    $(lib_src))
client_obj = $(patsubst $(srcdir)/%.c,$(B)/pic/%.o,$(client_src))
OBJCOPY ?= objcopy

lib: $(B)/client/libsendoff.a $(B)/client/sendoff.h $(B)/client/sendoff.pc

$(B)/pic/%.o: $(srcdir)/%.c build/config.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -fPIC -fno-lto -MMD -MP -c -o $@ $<

$(B)/client/sendoff.o: $(client_obj)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) -r -nostdlib -fno-lto -o $@ $^
	@$(OBJCOPY) --wildcard --keep-global-symbol='sendoff_*' $@

$(B)/client/libsendoff.a: $(B)/client/sendoff.o
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(B)/client/sendoff.h: $(srcdir)/lib/client/sendoff.h
	@mkdir -p $(@D)
	@cp $< $@

$(B)/client/sendoff.pc: $(srcdir)/lib/client/sendoff.pc.in build/config.mk
	@mkdir -p $(@D)
	@sed -e 's|@prefix@|$(prefix)|' -e 's|@libdir@|$(libdir)|' \
	    -e 's|@includedir@|$(includedir)|' -e 's|@VERSION@|$(VERSION)|' \
	    $< >$@

# Programs that know no more of us than what is installed.
examples = $(B)/note $(B)/steps

$(examples): $(B)/%: $(srcdir)/tests/example/%.c $(B)/client/libsendoff.a \
    $(B)/client/sendoff.h
	$(call say,LINK,$@)$(CC) -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic \
	    $(WERROR) $(CFLAGS) $(SAN_CFLAGS) -I$(B)/client -o $@ $< \
	    $(B)/client/libsendoff.a $(LDFLAGS) $(LIB_LIBS)

-include $(client_obj:.o=.d)

# ---- the tests ---------------------------------------------------------------

unit_src := $(sort $(wildcard $(srcdir)/tests/unit/*/*.c) \
	$(srcdir)/tests/unit/main.c)
server_src := $(sort $(wildcard $(srcdir)/tests/server/*.c))

server: $(B)/smtp-server

$(B)/smtp-server: $(call obj,$(server_src)) $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS)

# Every `Suite *suite_X(void)' of the unit tests, for tests/unit/main.c.
$(B)/suites.inc: $(unit_src)
	@mkdir -p $(@D)
	@sed -n 's/^\(suite_[a-z0-9_]*\)(void)$$/SUITE(\1)/p' $^ > $@

# Check may have been installed since configure ran: `make check' does it.
check_cflags = $(shell $(PKG_CONFIG) --cflags check)
check_libs = $(shell $(PKG_CONFIG) --libs check)

$(B)/tests/unit/%.o: EXTRA_CFLAGS = $(check_cflags) -I$(B) \
	-Wno-format-extra-args -Wno-conversion -Wno-gnu-zero-variadic-macro-arguments
$(B)/tests/unit/main.o: $(B)/suites.inc

$(B)/unit: $(call obj,$(unit_src)) $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(check_libs) $(LIB_LIBS)

# The fuzz targets, with a fuzzer (tests/fuzz/run.sh), and with a main that
# feeds them what stands in tests/fuzz/corpus.
fuzz_src := $(sort $(wildcard $(srcdir)/tests/fuzz/fuzz_*.c))
fuzz_names := $(patsubst $(srcdir)/tests/fuzz/fuzz_%.c,%,$(fuzz_src))
objects_first = $(filter-out %.a,$^) $(filter %.a,$^)
FUZZ_LDFLAGS = $(subst fuzzer-no-link,fuzzer,$(ALL_LDFLAGS))

$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $(objects_first) $(FUZZ_LDFLAGS) $(LIB_LIBS)

$(B)/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o \
    $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $(objects_first) $(ALL_LDFLAGS) $(LIB_LIBS)

$(B)/fuzz_options $(B)/replay_options: \
    $(call obj,$(addprefix $(srcdir)/cmd/,options.c option_table.c composing.c))

.SECONDARY: $(call obj,$(fuzz_src) $(srcdir)/tests/fuzz/replay.c)
fuzzers: $(addprefix $(B)/fuzz_,$(fuzz_names))
replays := $(addprefix $(B)/replay_,$(fuzz_names))

# Work while memory runs out.
nomem_src := $(sort $(wildcard $(srcdir)/tests/nomem/*.c))
WRAP = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray \
	-Wl,--wrap=strdup,--wrap=strndup

$(B)/nomem: $(call obj,$(nomem_src)) $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(WRAP) $(ALL_LDFLAGS) $(LIB_LIBS)

# Prints the keys of the configuration, for tests/docs.sh.
$(B)/keys: $(B)/tests/keys.o $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS)

# What tests/bench measures with.
benches: $(B)/crowd $(B)/sink

$(B)/crowd $(B)/sink: $(B)/%: $(B)/tests/bench/%.o
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS)

programs: all server benches $(B)/unit $(B)/nomem $(B)/keys $(examples) $(replays)

-include $(patsubst %.o,%.d,$(call obj,$(unit_src) $(server_src) \
    $(fuzz_src) $(nomem_src)))

check-unit: $(B)/unit
	cd $(srcdir) && CK_TIMEOUT_MULTIPLIER=10 $(abspath $(B))/unit

check-corpus: $(replays)
	@for f in $(fuzz_names); do printf 'corpus %s: ' $$f && \
	    $(B)/replay_$$f $(srcdir)/tests/fuzz/corpus/$$f/* || exit 1; done

check-nomem: $(B)/nomem
	cd $(srcdir) && $(abspath $(B))/nomem

check-e2e: all server $(examples)
	cd $(srcdir) && sh tests/e2e/run.sh $(abspath $(B)) $(ONLY)

run-check: check-unit check-corpus check-nomem check-e2e

check-floors:
	@sh $(srcdir)/tests/floors.sh
	@sh $(srcdir)/tests/lengths.sh

check-docs: $(B)/keys
	@bash $(srcdir)/tests/docs.sh $(B)
	@bash $(srcdir)/tests/contract.sh

# ---- looking at the source -----------------------------------------------------

sources = $(wildcard $(srcdir)/lib/*/*.[ch] $(srcdir)/cmd/*.[ch] \
	$(srcdir)/tests/*.c $(srcdir)/tests/*/*.[ch] \
	$(srcdir)/tests/unit/*/*.[ch])

lint-source: check-floors check-docs
	@sh $(srcdir)/tests/headers.sh build/config.h

lint-scripts:
	cd $(srcdir) && shellcheck tests/*.sh tests/*/*.sh .ci/run

lint-format:
	@echo clang-format
	@clang-format --dry-run --Werror $(sources)

lint-cppcheck:
	cppcheck --quiet --std=c11 --error-exitcode=2 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress=*:*/gnutls/* \
	    --include=build/config.h -I$(srcdir)/lib -I$(srcdir) \
	    -DSYSCONFDIR='""' -DDATADIR='""' -DLOCALSTATEDIR='""' \
	    $(srcdir)/lib $(srcdir)/cmd $(srcdir)/tests/server

tidy_flags = $(filter-out -W% -O% -D_FORTIFY%,$(ALL_CFLAGS))
tidy = $(patsubst $(srcdir)/%.c,$(B)/%.tidy,$(1))

$(B)/%.tidy: $(srcdir)/%.c $(filter %.h,$(sources)) $(srcdir)/.clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$<)clang-tidy --quiet $< -- $(tidy_flags) 2>$@.log || \
	    { cat $@.log; exit 1; }
	@mv $@.log $@

lint-tidy: $(call tidy,$(lib_src) $(cmd_src))

# ---- installing ----------------------------------------------------------------

INSTALL = install
dest = $(DESTDIR)$(1)
pages1 = sendoff.1
pages5 = sendoff.conf.5 sendoff-spool.5

# LINK:TO.  What stands there and does not lead to us is somebody else's, such as
# another mailer's package, and stays so unless FORCE=1.
links = $(sbindir)/sendmail:$(bindir)/sendoff \
	$(prefix)/lib/sendmail:$(sbindir)/sendmail \
	$(bindir)/mailq:$(bindir)/sendoff $(bindir)/newaliases:$(bindir)/sendoff
each_link = for link in $(links); do \
	at=$${link%%:*} to=$${link\#*:}; file="$(DESTDIR)$$at"
leads_to_us = case "$$(readlink "$$file")" in \
	"$$to"|$(sbindir)/sendmail|../sbin/sendmail) true ;; *) false ;; esac
is_there = { [ -e "$$file" ] || [ -L "$$file" ]; }

install-links-check:
ifneq ($(FORCE),1)
	@$(each_link); ! $(is_there) || $(leads_to_us) || { \
	    echo "$$file is not ours: it would be lost."; \
	    echo "Another mailer's package can put it aside (Debian):"; \
	    echo "    dpkg-divert --local --rename --add $$at"; \
	    echo "FORCE=1 replaces it."; exit 1; } >&2; done
endif

install: all $(if $(filter yes,$(enable_sendmail)),install-links-check)
	$(INSTALL) -d $(call dest,$(bindir)) $(call dest,$(datadir)/sendoff) \
	    $(call dest,$(mandir)/man1) $(call dest,$(mandir)/man5) \
	    $(call dest,$(docdir))
	$(INSTALL) -m 755 $(B)/sendoff $(call dest,$(bindir))
	$(INSTALL) -m 644 $(srcdir)/conf/providers.conf \
	    $(call dest,$(datadir)/sendoff)
	$(INSTALL) -m 644 $(addprefix $(srcdir)/man/,$(pages1)) \
	    $(call dest,$(mandir)/man1)
	$(INSTALL) -m 644 $(addprefix $(srcdir)/man/,$(pages5)) \
	    $(call dest,$(mandir)/man5)
	$(INSTALL) -m 644 $(srcdir)/README $(srcdir)/LICENSE \
	    $(srcdir)/conf/sendoff.conf.example $(call dest,$(docdir))
ifeq ($(enable_sendmail),yes)
	$(INSTALL) -d $(call dest,$(sbindir)) $(call dest,$(prefix)/lib)
	$(each_link); { $(is_there) && $(leads_to_us); } || \
	    ln -sfn "$$to" "$$file" || exit 1; done
	@[ $(sbindir) = /usr/sbin ] || echo 'note: callers look for' \
	    '/usr/sbin/sendmail, and not in $(sbindir): see --prefix'
endif

# The service: units of systemd, its user, and what the users' sendmail needs
# to find it.  A configuration that is there stays as it is.
unitdir = $(prefix)/lib/systemd/system
units = sendoff.socket sendoff.service sendoff-flush.service \
	sendoff-flush.timer
etc = $(sysconfdir)/sendoff
place = sed -e 's|@bindir@|$(bindir)|' -e 's|@sysconfdir@|$(sysconfdir)|'
unless_there = [ -e $(2) ] || $(INSTALL) -m $(3) $(srcdir)/conf/$(1) $(2)

install-system:
	@$(MAKE) --no-print-directory enable_sendmail=yes install
	$(INSTALL) -d $(call dest,$(unitdir)) $(call dest,$(etc)) \
	    $(call dest,$(prefix)/lib/sysusers.d) \
	    $(call dest,$(prefix)/lib/tmpfiles.d)
	for unit in $(units); do \
	    $(place) $(srcdir)/conf/$$unit >$(call dest,$(unitdir))/$$unit && \
	    chmod 644 $(call dest,$(unitdir))/$$unit || exit 1; done
	$(INSTALL) -m 644 $(srcdir)/conf/sendoff.sysusers \
	    $(call dest,$(prefix)/lib/sysusers.d/sendoff.conf)
	$(INSTALL) -m 644 $(srcdir)/conf/sendoff.tmpfiles \
	    $(call dest,$(prefix)/lib/tmpfiles.d/sendoff.conf)
	$(call unless_there,sendoff-user.conf,$(call dest,$(etc)/sendoff.conf),644)
	$(call unless_there,sendoff-relay.conf,$(call dest,$(etc)/relay.conf),600)

# What was written into a configuration is not ours to throw away.
if_unchanged = ! cmp -s $(srcdir)/conf/$(1) $(2) || rm -f $(2)

# Where systemd runs, and it is the one that the units are for.
systemctl = [ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || systemctl

uninstall-system:
	-$(systemctl) disable --now sendoff.socket sendoff-flush.timer
	-$(systemctl) stop sendoff.service
	@$(MAKE) --no-print-directory enable_sendmail=yes uninstall
	rm -f $(addprefix $(call dest,$(unitdir)/),$(units)) \
	    $(call dest,$(prefix)/lib/sysusers.d/sendoff.conf) \
	    $(call dest,$(prefix)/lib/tmpfiles.d/sendoff.conf)
	$(call if_unchanged,sendoff-user.conf,$(call dest,$(etc)/sendoff.conf))
	$(call if_unchanged,sendoff-relay.conf,$(call dest,$(etc)/relay.conf))
	-rmdir $(call dest,$(etc))
	-$(systemctl) daemon-reload
	rm -rf $(call dest,/run/sendoff)
	@state=$(call dest,/var/lib/sendoff); [ ! -d "$$state" ] || { \
	    n=$$(find "$$state/spool/" -type f \
	        ! -path "$$state/spool/draft/*" \
	        2>/dev/null | wc -l); \
	    echo "left: $$state, with $$n messages in the spool"; \
	    [ "$$n" -eq 0 ] || echo "left: user sendoff, who owns them"; \
	    [ "$$n" -ne 0 ] || [ -n "$(DESTDIR)" ] || \
	    ! getent passwd sendoff >/dev/null || \
	    echo "left: user sendoff (userdel sendoff; rm -r $$state)"; }

install-lib: lib
	$(INSTALL) -d $(call dest,$(libdir)/pkgconfig) $(call dest,$(includedir))
	$(INSTALL) -m 644 $(B)/client/libsendoff.a $(call dest,$(libdir))
	$(INSTALL) -m 644 $(B)/client/sendoff.h $(call dest,$(includedir))
	$(INSTALL) -m 644 $(B)/client/sendoff.pc $(call dest,$(libdir)/pkgconfig)

uninstall-lib:
	rm -f $(call dest,$(libdir)/libsendoff.a) \
	    $(call dest,$(includedir)/sendoff.h) \
	    $(call dest,$(libdir)/pkgconfig/sendoff.pc)

# Only what install brought: others may have put something beside it.
uninstall:
	rm -f $(call dest,$(bindir)/sendoff) \
	    $(addprefix $(call dest,$(mandir)/man1/),$(pages1)) \
	    $(addprefix $(call dest,$(mandir)/man5/),$(pages5))
	rm -f $(call dest,$(datadir)/sendoff/providers.conf) \
	    $(addprefix $(call dest,$(docdir)/),README LICENSE \
	        sendoff.conf.example)
	-rmdir $(call dest,$(datadir)/sendoff) $(call dest,$(docdir))
ifeq ($(enable_sendmail),yes)
	$(each_link); [ "$$(readlink "$$file")" != "$$to" ] || rm -f "$$file"; done
endif

# ---- releasing ------------------------------------------------------------------

distname = sendoff-$(VERSION)

dist: $(srcdir)/configure
	@mkdir -p build
	rm -rf build/sendoff-*
	git -C $(srcdir) archive --prefix=$(distname)/ HEAD | tar x -C build
	cp $(srcdir)/configure build/$(distname)
	tar czf build/$(distname).tar.gz -C build $(distname)
	rm -rf build/$(distname)

endif
