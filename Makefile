# make                  build/ngx_chatops_module.so and build/chatopsctl
# make deps             installs the Debian packages that all of this needs
# make asan             nginx, the module and the tools under AddressSanitizer
# make static           nginx with the module linked in
# make unit             builds and runs the unit tests, plain and sanitized
# make fuzz             runs each fuzz target for FUZZ_SECONDS
# make bench-ci         reading CI configurations, beside libyaml alone
# make lint             the rules of the house that a machine can check
# make test             all tests (t/run)
# make demo             the demo (demo/run)
# make install          DESTDIR=, MODULESDIR=, BINDIR=, CONFDIR=
# make clean
#
# V=1 shows the commands.

CC           = gcc
CLANG        = clang
INSTALL      = install
NGINX_DEV    = /usr/share/nginx/src
FUZZ_SECONDS = 60

MODULESDIR   = /usr/lib/nginx/modules
BINDIR       = /usr/bin
CONFDIR      = /etc/nginx/snippets

ifeq ($(MAKELEVEL),0)
MAKEFLAGS   += -j$(shell nproc) --no-print-directory
endif

ifeq ($(V),)
Q            = @
SILENT       = -s
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

ROOT        := $(CURDIR)
SRC         := ngx_chatops_module


# what there is, by floor

CORE        := $(wildcard $(SRC)/core/*.c)
STORE       := $(wildcard $(SRC)/store/*.c)
FACE        := $(wildcard $(SRC)/*.c $(SRC)/io/*.c)
HEADERS     := $(wildcard $(SRC)/*.h $(SRC)/*/*.h)
CTL         := $(wildcard chatopsctl/*.c)
UNIT        := $(patsubst t/unit/%.c,%,$(wildcard t/unit/test_*.c))
FUZZ        := $(patsubst fuzz/%.c,%,$(wildcard fuzz/fuzz_*.c))

MODULE_DEPS := $(CORE) $(STORE) $(FACE) $(HEADERS)

LIBS         = -lcurl -lyaml -ljansson -lpcre2-8 -lsqlite3 -lcrypto -pthread

CPPFLAGS     = -D_DEFAULT_SOURCE -I$(SRC)/core -I$(SRC)/store
CFLAGS       = -O2 -g -fstack-protector-strong
WARNINGS     = -std=c11 -Wall -Wextra -Werror
LDFLAGS      = -Wl,-z,relro -Wl,-z,now -Wl,--as-needed

SANITIZE     = -fsanitize=address,undefined -fno-sanitize-recover=undefined

# among the sanitizers' checks gcc no longer sees what a value can be

ASAN_CFLAGS  = -O1 -g3 -fno-omit-frame-pointer \
               -Wno-format-truncation -Wno-maybe-uninitialized
FUZZ_CFLAGS  = -O1 -g -fno-omit-frame-pointer


.PHONY: all deps module ctl asan static unit fuzz bench-ci lint test demo \
        install clean unit-programs fuzz-programs

all: module ctl

deps:
	$(Q)scripts/deps


# floors 1 and 2, the tools, the unit tests and the fuzz targets: the same
# objects, in three flavors

build/plain/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -fPIE -MMD -MP -c -o $@ $<

build/asan/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $< (asan)"
	$(Q)$(CC) $(WARNINGS) $(CPPFLAGS) $(ASAN_CFLAGS) $(SANITIZE) \
	    -MMD -MP -c -o $@ $<

build/fuzz/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CLANG $<"
	$(Q)$(CLANG) $(WARNINGS) $(CPPFLAGS) $(FUZZ_CFLAGS) $(SANITIZE) \
	    -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

DOMAIN      := $(CORE:.c=.o) $(STORE:.c=.o)

build/plain/libchatops.a: $(addprefix build/plain/,$(DOMAIN))
build/asan/libchatops.a: $(addprefix build/asan/obj/,$(DOMAIN))
build/fuzz/libchatops.a: $(addprefix build/fuzz/obj/,$(DOMAIN))

build/%/libchatops.a:
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

-include $(shell find build -name '*.d' 2> /dev/null)


# chatopsctl

ifneq ($(CTL),)
CTL_PLAIN    = build/chatopsctl
CTL_ASAN     = build/asan/chatopsctl
endif

ctl: $(CTL_PLAIN)

build/chatopsctl: $(addprefix build/plain/,$(CTL:.c=.o)) \
                  build/plain/libchatops.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $(LIBS)

build/asan/chatopsctl: $(addprefix build/asan/obj/,$(CTL:.c=.o)) \
                       build/asan/libchatops.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LIBS)


# the module, for Debian's nginx.  Warnings are nginx's own: -W -Wall -Werror.
# None of them here: configure would take them for its own small programs,
# and what these cannot do for what the system has not

module: build/ngx_chatops_module.so

DEBFLAGS     = DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get

build/nginx/Makefile: config Makefile scripts/nginx-configure \
                      $(NGINX_DEV)/conf_flags
	@echo "  CONF  build/nginx"
	$(Q)scripts/nginx-configure $(NGINX_DEV) $(ROOT)/build/nginx \
	    "$$($(DEBFLAGS) CFLAGS) $$($(DEBFLAGS) CPPFLAGS) -fPIC" \
	    "$$($(DEBFLAGS) LDFLAGS) -fPIC" \
	    --add-dynamic-module=$(ROOT)

build/ngx_chatops_module.so: build/nginx/Makefile $(MODULE_DEPS)
	@echo "  NGINX $@"
	$(Q)+$(MAKE) $(SILENT) -C $(NGINX_DEV) \
	    -f $(ROOT)/build/nginx/Makefile modules
	$(Q)cp build/nginx/ngx_chatops_module.so $@.new
	$(Q)mv $@.new $@


# nginx from source, under AddressSanitizer; our own objects under UBSan too

asan: build/asan/nginx build/asan/ngx_chatops_module.so $(CTL_ASAN)

NGINX_SRC    = $(ROOT)/build/src/nginx
NGINX_ASAN   = $(ASAN_CFLAGS) -DNGX_DEBUG_PALLOC=1 -DNGX_DEBUG_MALLOC=1

build/src/nginx/configure:
	@mkdir -p build/log
	@echo "  FETCH the source of nginx"
	$(Q)scripts/nginx-source $(NGINX_SRC) > build/log/nginx-source.log 2>&1 \
	    || { tail -n 20 build/log/nginx-source.log; exit 1; }

build/asan/asan.o: t/asan.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARNINGS) -D_GNU_SOURCE $(ASAN_CFLAGS) -c -o $@ $<

build/asan/nginx: build/src/nginx/configure build/asan/asan.o
	@echo "  CONF  build/asan/core"
	$(Q)scripts/nginx-configure $(NGINX_SRC) $(ROOT)/build/asan/core \
	    "$(NGINX_ASAN) -fsanitize=address" \
	    "-fsanitize=address $(ROOT)/build/asan/asan.o"
	@echo "  NGINX $@"
	$(Q)+$(MAKE) $(SILENT) -C $(NGINX_SRC) \
	    -f $(ROOT)/build/asan/core/Makefile binary
	$(Q)cp build/asan/core/nginx $@

# nodelete: a report at exit names functions of a module that nginx has closed

build/asan/module/Makefile: build/src/nginx/configure config Makefile \
                            scripts/nginx-configure
	@echo "  CONF  build/asan/module"
	$(Q)mkdir -p build/asan
	$(Q)scripts/nginx-configure $(NGINX_SRC) $(ROOT)/build/asan/module \
	    "$(NGINX_ASAN) $(SANITIZE) -fPIC" \
	    "$(SANITIZE) -Wl,-z,nodelete" --add-dynamic-module=$(ROOT)

build/asan/ngx_chatops_module.so: build/asan/module/Makefile $(MODULE_DEPS)
	@echo "  NGINX $@"
	$(Q)+$(MAKE) $(SILENT) -C $(NGINX_SRC) \
	    -f $(ROOT)/build/asan/module/Makefile modules
	$(Q)cp build/asan/module/ngx_chatops_module.so $@.new
	$(Q)mv $@.new $@


# the module linked into nginx

static: build/static/nginx
	$(Q)scripts/nginx-check build/static/nginx

build/static/objs/Makefile: build/src/nginx/configure config Makefile \
                            scripts/nginx-configure
	@echo "  CONF  build/static"
	$(Q)mkdir -p build/static
	$(Q)scripts/nginx-configure $(NGINX_SRC) $(ROOT)/build/static/objs \
	    "-O1 -g" "" \
	    --add-module=$(ROOT)

build/static/nginx: build/static/objs/Makefile $(MODULE_DEPS)
	@echo "  NGINX $@"
	$(Q)+$(MAKE) $(SILENT) -C $(NGINX_SRC) \
	    -f $(ROOT)/build/static/objs/Makefile binary
	$(Q)cp build/static/objs/nginx $@


# unit tests: t/unit/test_*.c

unit-programs: $(addprefix build/unit/,$(UNIT)) \
               $(addprefix build/unit/asan/,$(UNIT))

build/unit/asan/test_%: build/asan/obj/t/unit/test_%.o build/asan/libchatops.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LIBS)

build/unit/test_%: build/plain/t/unit/test_%.o build/plain/libchatops.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

unit: unit-programs
	$(Q)t/run unit


# fuzz targets: fuzz/fuzz_*.c, with fuzz/corpus/*

fuzz-programs: $(addprefix build/fuzz/,$(FUZZ))

build/fuzz/fuzz_%: build/fuzz/obj/fuzz/fuzz_%.o build/fuzz/libchatops.a
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZE) -fsanitize=fuzzer -o $@ $^ $(LIBS)

fuzz: fuzz-programs
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) t/run fuzz


# benchmarks

build/bench/%: build/plain/bench/%.o build/plain/libchatops.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $(LIBS)

bench-ci: build/bench/ci_config
	$(Q)bench/run-ci

lint:
	$(Q)scripts/lint

test:
	$(Q)t/run

demo:
	$(Q)demo/run

install: all
	$(INSTALL) -D -m 644 build/ngx_chatops_module.so \
	    $(DESTDIR)$(MODULESDIR)/ngx_chatops_module.so
	$(INSTALL) -D -m 755 build/chatopsctl $(DESTDIR)$(BINDIR)/chatopsctl
	$(INSTALL) -D -m 644 conf/chatops_gitlab.conf \
	    $(DESTDIR)$(CONFDIR)/chatops_gitlab.conf

clean:
	rm -rf build
