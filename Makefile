# The menu. Every target finds its JDK itself; git, make and JDK 25 or newer are all that must be there before.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export JAVA_HOME := $(shell scripts/jdk)
export MAVEN_OPTS := -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto --sun-misc-unsafe-memory-access=allow \
  --enable-native-access=ALL-UNNAMED \
  $(foreach p,api code file main model parser processing tree util,--add-exports=jdk.compiler/com.sun.tools.javac.$(p)=ALL-UNNAMED) \
  $(foreach p,code comp,--add-opens=jdk.compiler/com.sun.tools.javac.$(p)=ALL-UNNAMED)
MVN = mvn -B -ntp -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
# Which module is at work, and nothing else that is no warning.
PROGRESS = -Dorg.slf4j.simpleLogger.log.org.apache.maven.cli.event.ExecutionEventLogger=info
ONLY_PROGRESS = sed -u -e 's/^\[INFO\] Building \(.*\[.*\]\)/building \1/' -e '/^\[INFO\]/d'

help: ## this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install what building and running need, from the distribution
	@scripts/deps build lab

deps-test: deps ## and what the tests need
	@scripts/deps test

build: deps-build programs ## compile everything; no root needed
	@set -o pipefail; $(MVN) $(PROGRESS) package -DskipTests | $(ONLY_PROGRESS)
	@scripts/snapshot
	@scripts/train

deps-build:
	@scripts/deps build

# The small programs in C: the CNI plugin, the probe of connectivity tests, the load tools, the demo's server and client.
CFLAGS = -O2 -Wall -Wextra -Werror
programs: deps-build bench/target/netload bench/target/steady bench/target/progtime lab/target/hello
	@$(MAKE) --no-print-directory -C cni
	@$(MAKE) --no-print-directory -C probe
bench/target/netload: bench/netload.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -pthread -o $@ $<
bench/target/steady: bench/steady.c bench/steady_numbered.c bench/steady_serve.c bench/steady.h
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -pthread -o $@ $(filter %.c,$^)
bench/target/progtime: bench/progtime.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -o $@ $<
lab/target/hello: lab/demo/hello.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -o $@ $<

test: deps-test programs ## set up, build, and run the tests: unit, kernel, lab
	@scripts/test unit kernel lab

test-all: deps-test programs ## every combination, on older kernels too; writes docs/test-report.md
	@scripts/deps build vm
	@scripts/test-all

test-unit: deps-build programs ## pure tests; no root needed
	@scripts/test unit

test-kernel: deps-test programs ## programs and kernel access on this kernel; root
	@scripts/test kernel

test-lab: deps-test programs ## real traffic in a lab; root
	@scripts/test lab

lab: deps build ## a three-node cluster with a demo on this machine, left running; root
	@scripts/lab

lab-down: ## take it away
	@./stentor lab down

bench: deps-test build ## figures against plain routing, a simple network and kube-proxy's rules; root, 20 minutes
	@bench/run $(ARGS)

dist: deps-build build ## a tar.gz of the programs, for nodes
	@scripts/dist

gen: ## derive the Java layouts from the C headers
	@scripts/deps build
	@$(MAKE) --no-print-directory -C bpf gen

test-kernels: ## every program on kernels 5.10, 6.1 and 6.12, in a virtual machine
	@scripts/deps build vm
	@scripts/test-kernels

fmt: ## format Java and C
	@$(MVN) spotless:apply
	@for c in bpf cni probe; do $(MAKE) --no-print-directory -C $$c format || exit; done

lint: ## formats, scripts and documents
	@scripts/deps build lint
	@scripts/lint-docs
	@git ls-files | xargs awk 'FNR == 1 && /^#!\/bin\/(ba)?sh/ { print FILENAME } { nextfile }' | \
	  xargs shellcheck --severity=warning --exclude=SC1007,SC2034,SC2154
	@$(MVN) spotless:check
	@$(MAKE) --no-print-directory -C bpf format-check
	@$(MAKE) --no-print-directory -C cni format-check
	@$(MAKE) --no-print-directory -C probe format-check

mvn: ## any Maven goal: make mvn ARGS="-pl model test"
	@$(MVN) $(ARGS)

.PHONY: help deps deps-build deps-test build programs test test-all test-unit test-kernel test-lab test-kernels lab lab-down bench \
  dist gen fmt lint mvn
