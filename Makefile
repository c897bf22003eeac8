# The menu. Every target finds its JDK itself; JDK 25 or newer and make are all that must be there before.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export JAVA_HOME := $(shell scripts/jdk)
export MAVEN_OPTS := -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto --sun-misc-unsafe-memory-access=allow \
  --enable-native-access=ALL-UNNAMED \
  $(foreach p,api code file main model parser processing tree util,--add-exports=jdk.compiler/com.sun.tools.javac.$(p)=ALL-UNNAMED) \
  $(foreach p,code comp,--add-opens=jdk.compiler/com.sun.tools.javac.$(p)=ALL-UNNAMED)
OFFLINE = $(shell test -e $(HOME)/.m2/.stentor-warm && echo -o)
MVN = mvn -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -B -ntp $(OFFLINE)

help: ## this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

mvn: ## any Maven goal: make mvn ARGS="-pl model test"
	@$(MVN) $(ARGS)

.PHONY: help mvn
