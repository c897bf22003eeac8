# The menu. Every target finds its JDK itself; git, make and JDK 25 or newer are all that must be there before.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export JAVA_HOME := $(shell scripts/jdk)
export MAVEN_OPTS := -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto --sun-misc-unsafe-memory-access=allow \
  --enable-native-access=ALL-UNNAMED \
  $(foreach p,api code file main model parser processing tree util,--add-exports=jdk.compiler/com.sun.tools.javac.$(p)=ALL-UNNAMED) \
  $(foreach p,code comp,--add-opens=jdk.compiler/com.sun.tools.javac.$(p)=ALL-UNNAMED)
MVN = mvn -B -ntp -Dorg.slf4j.simpleLogger.defaultLogLevel=warn

help: ## this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install what building and running need, from the distribution
	@scripts/deps build lab

deps-test: deps ## and what the tests need
	@scripts/deps test

build: ## compile everything; no root needed
	@scripts/deps build
	@$(MVN) package -DskipTests

test: deps-test ## set up, build, and run the tests: unit, kernel, lab
	@scripts/test unit

test-unit: ## pure tests; no root needed
	@scripts/deps build
	@scripts/test unit

gen: ## derive the Java layouts from the C headers
	@scripts/deps build
	@$(MAKE) --no-print-directory -C bpf gen

fmt: ## format Java and C
	@$(MVN) spotless:apply
	@$(MAKE) --no-print-directory -C bpf format

lint: ## formats and documents
	@$(MVN) spotless:check
	@$(MAKE) --no-print-directory -C bpf format-check

mvn: ## any Maven goal: make mvn ARGS="-pl model test"
	@$(MVN) $(ARGS)

.PHONY: help deps deps-test build test test-unit gen fmt lint mvn
