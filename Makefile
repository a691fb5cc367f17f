# sendoff: the one Makefile.  It runs autoconf and configure by itself.
#
#   make            the program, at build/sendoff
#   make demo       send a message to a server on this machine and show it
#   make check      the tests        make check SAN=address,undefined
#   make deps       install what a Debian machine lacks for building
#   make install    DESTDIR, prefix and friends are honoured

srcdir ?= .
SAN ?=
B ?= build$(if $(SAN),/san)

# ---- what needs no configuration -------------------------------------------

OUTER := deps deps-check deps-ci demo check clean distclean
INNER := $(filter-out $(OUTER),$(or $(MAKECMDGOALS),all))

BUILD_DEPS = gcc make autoconf pkg-config libc6-dev \
	libgnutls28-dev libconfig-dev libidn2-dev libunistring-dev
CHECK_DEPS = check mandoc universal-ctags python3 libc-bin
CI_DEPS = clang clang-format clang-tidy libclang-rt-14-dev cppcheck shellcheck \
	valgrind

# Short lines, unless V=1.
say = $(if $(V),,@printf '  %-5s%s\n' $(1) $(2);)

.PHONY: all $(OUTER) $(MAKECMDGOALS)

all:

deps:
	@sh $(srcdir)/tests/deps.sh $(BUILD_DEPS)

deps-check: deps
	@sh $(srcdir)/tests/deps.sh $(CHECK_DEPS)

deps-ci: deps-check
	@sh $(srcdir)/tests/deps.sh $(CI_DEPS)

demo: deps
	@$(MAKE) --no-print-directory all server
	@sh $(srcdir)/tests/demo.sh $(B)

check: deps-check
	@$(MAKE) --no-print-directory run-check

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
	$(LIB_CFLAGS) $(CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed \
	$(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))

# ---- the program -------------------------------------------------------------

lib_src := $(sort $(wildcard $(srcdir)/lib/*/*.c))
cmd_src := $(sort $(wildcard $(srcdir)/cmd/*.c))
obj = $(patsubst $(srcdir)/%.c,$(B)/%.o,$(1))

all: $(B)/sendoff

$(B)/sendoff: $(call obj,$(cmd_src)) $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS)

$(B)/libsendoff.a: $(call obj,$(lib_src))
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(B)/%.o: $(srcdir)/%.c build/config.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B) -name '*.d' 2>/dev/null)

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

$(B)/tests/unit/%.o: EXTRA_CFLAGS = $(CHECK_CFLAGS) -I$(B) \
	-Wno-format-extra-args -Wno-conversion -Wno-gnu-zero-variadic-macro-arguments
$(B)/tests/unit/main.o: $(B)/suites.inc

$(B)/unit: $(call obj,$(unit_src)) $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(CHECK_LIBS) $(LIB_LIBS)

check-unit: $(B)/unit
	cd $(srcdir) && $(abspath $(B))/unit

check-e2e: all server
	cd $(srcdir) && sh tests/e2e/run.sh $(abspath $(B)) $(ONLY)

# The corpora as a test, by any compiler.
fuzz_names := $(sort $(patsubst $(srcdir)/tests/fuzz/fuzz_%.c,%, \
	$(wildcard $(srcdir)/tests/fuzz/fuzz_*.c)))

$(B)/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o \
    $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS)

check-corpus: $(addprefix $(B)/replay_,$(fuzz_names))
	@for f in $(fuzz_names); do printf '%s: ' $$f && \
	    $(B)/replay_$$f $(srcdir)/tests/fuzz/corpus/$$f/* || exit 1; done

check-floors:
	sh $(srcdir)/tests/floors.sh
	sh $(srcdir)/tests/lengths.sh

$(B)/keys: $(B)/tests/keys.o $(B)/libsendoff.a
	$(call say,LINK,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LDFLAGS) $(LIB_LIBS)

check-docs: $(B)/keys
	bash $(srcdir)/tests/docs.sh $(B)

run-check: check-floors check-docs check-corpus check-unit check-e2e

# ---- what CI adds ------------------------------------------------------------

# Real fuzzing, by clang: each target for FUZZ_SECONDS, finds in build/fuzz.
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang

fuzz: $(addprefix fuzz-,$(fuzz_names))

build/fuzz/fuzz_%: $(srcdir)/tests/fuzz/fuzz_%.c $(lib_src) build/config.mk
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)$(FUZZ_CC) -std=c17 -include build/config.h \
	    -I$(srcdir)/lib $(LIB_CFLAGS) -g -O1 \
	    -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined \
	    -o $@ $< $(lib_src) $(LIB_LIBS)

fuzz-%: build/fuzz/fuzz_%
	@mkdir -p build/fuzz/found/$*
	build/fuzz/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix=build/fuzz/ \
	    build/fuzz/found/$* $(srcdir)/tests/fuzz/corpus/$*

check-asan:
	$(MAKE) --no-print-directory SAN=address,undefined \
	    check-corpus check-unit check-e2e ONLY='$(ONLY)'

check-valgrind: $(B)/unit all server
	cd $(srcdir) && CK_FORK=no CK_RUN_SUITE=session valgrind -q \
	    --error-exitcode=9 --leak-check=full $(abspath $(B))/unit
	sh $(srcdir)/tests/valgrind.sh $(B)

sources = $(wildcard $(srcdir)/lib/*/*.[ch] $(srcdir)/cmd/*.[ch] \
	$(srcdir)/tests/*/*.[ch] $(srcdir)/tests/unit/*/*.[ch] \
	$(srcdir)/tests/*.c)
tidy_flags = -std=c17 -include build/config.h -I$(srcdir)/lib -I$(srcdir) \
	-DSYSCONFDIR='""' -DDATADIR='""' $(LIB_CFLAGS)

lint: check-floors check-docs
	sh $(srcdir)/tests/headers.sh build/config.h
	clang-format --dry-run --Werror $(sources)
	clang-tidy --quiet $(lib_src) $(cmd_src) -- $(tidy_flags)
	cppcheck --quiet --std=c11 --error-exitcode=2 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress=*:*/gnutls/* \
	    --include=build/config.h -I$(srcdir)/lib -I$(srcdir) \
	    -DSYSCONFDIR='""' -DDATADIR='""' \
	    $(srcdir)/lib $(srcdir)/cmd
	shellcheck $(srcdir)/tests/*.sh $(srcdir)/tests/e2e/*.sh $(srcdir)/.ci/run

# ---- installing ----------------------------------------------------------------

INSTALL = install
dest = $(DESTDIR)$(1)
pages1 = sendoff.1
pages5 = sendoff.conf.5

install: all
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
	ln -sf $(bindir)/sendoff $(call dest,$(sbindir)/sendmail)
	ln -sf $(sbindir)/sendmail $(call dest,$(prefix)/lib/sendmail)
	ln -sf $(bindir)/sendoff $(call dest,$(bindir)/mailq)
	ln -sf $(bindir)/sendoff $(call dest,$(bindir)/newaliases)
endif

uninstall:
	rm -f $(call dest,$(bindir)/sendoff) \
	    $(addprefix $(call dest,$(mandir)/man1/),$(pages1)) \
	    $(addprefix $(call dest,$(mandir)/man5/),$(pages5))
	rm -rf $(call dest,$(datadir)/sendoff) $(call dest,$(docdir))
ifeq ($(enable_sendmail),yes)
	rm -f $(call dest,$(sbindir)/sendmail) \
	    $(call dest,$(prefix)/lib/sendmail) \
	    $(call dest,$(bindir)/mailq) $(call dest,$(bindir)/newaliases)
endif

# ---- releasing ------------------------------------------------------------------

distname = sendoff-$(VERSION)

dist: $(srcdir)/configure
	@mkdir -p build
	rm -rf build/$(distname)
	git -C $(srcdir) archive --prefix=$(distname)/ HEAD | tar x -C build
	cp $(srcdir)/configure build/$(distname)
	tar czf build/$(distname).tar.gz -C build $(distname)
	rm -rf build/$(distname)

distcheck: dist
	sh $(srcdir)/tests/distcheck.sh build/$(distname).tar.gz

endif
