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

OUTER := deps deps-check demo check ci clean distclean dist help
INNER := $(filter-out $(OUTER),$(or $(MAKECMDGOALS),all))

BUILD_DEPS = gcc make autoconf pkg-config libc6-dev \
	libgnutls28-dev libconfig-dev libidn2-dev libunistring-dev
CHECK_DEPS = check valgrind mandoc universal-ctags python3

# Short lines, unless V=1.
say = $(if $(V),,@printf '  %-5s%s\n' $(1) $(2);)

.PHONY: all $(OUTER) $(MAKECMDGOALS)

all:

deps:
	@sh $(srcdir)/tests/deps.sh $(BUILD_DEPS)

deps-check: deps
	@sh $(srcdir)/tests/deps.sh $(CHECK_DEPS)

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
	cd $(srcdir) && sh tests/e2e/run.sh $(abspath $(B))

run-check: check-unit check-e2e

endif
