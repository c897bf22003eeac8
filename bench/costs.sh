# SPDX-License-Identifier: Apache-2.0
# What a node pays: pods' start and end, the agent's start and memory. Sourced by bench/run.

# Prints lines METRIC VALUE UNIT of the first node of a lab, whose agent is ended and started for it.
node_costs() { # LAB
  local lab=bench-$1 pid
  ./stentor lab restart --name "$lab" node-1 >&2
  pid=$(./stentor lab status --name "$lab" -o json | sed -n 's/.*"agentPid" : \([0-9]*\).*/\1/p' | head -n 1)
  ./stentor lab node-exec --name "$lab" node-1 -- "$PWD/bench/node-costs" "$pid"
  ./stentor lab kill --name "$lab" node-1 >&2
  ./stentor lab node-exec --name "$lab" node-1 -- "$PWD/bench/agent-start" 9
  ./stentor lab restart --name "$lab" node-1 >&2
}
