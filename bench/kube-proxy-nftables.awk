# SPDX-License-Identifier: Apache-2.0
# Services, as kube-proxy-services.awk has read them, as kube-proxy's nftables mode lays them out: its table of one family,
# for nft -f. Variables: pods, ranges (the services'), node (the node's addresses that have node ports, with commas).
# docs/kube-proxy-layouts.md explains the chains and maps.

function frontend(i) { return address[i] " . " protocol[i] " . " port[i] }
function at_nodeport(i) { return protocol[i] " . " nodeport[i] }

# A set or a map: begin(), an element() each, finish().
function begin(kind, name, type) {
  printf "  %s %s {\n    type %s", kind, name, type
  count = 0
}
function element(text) { printf "%s\n      %s", count++ ? "," : "\n    elements = {", text }
function finish() { print (count ? " }" : "") "\n  }" }

function chain_of(name, rules) { print "  chain " name " {\n    " rules "\n  }" }
function base(name, type, hook, priority, rules) {
  chain_of(name, "type " type " hook " hook " priority " priority "\n    " rules)
}

function sets(   n, of_node, i) {
  begin("set", "cluster-ips", address_type)
  for (i = 1; i <= services; i++)
    if (!known[address[i]]++) element(address[i])
  finish()
  begin("set", "nodeport-ips", address_type)
  n = split(node, of_node, ",")
  for (i = 1; i <= n; i++) element(of_node[i])
  finish()
}

function maps(   ports, i) {
  ports = "inet_proto . inet_service : verdict"
  begin("map", "firewall-ips", address_type " . " ports)
  finish()
  begin("map", "no-endpoint-services", address_type " . " ports)
  for (i = 1; i <= services; i++)
    if (!backends[i]) element(frontend(i) " : goto reject-chain")
  finish()
  begin("map", "no-endpoint-nodeports", ports)
  for (i = 1; i <= services; i++)
    if (!backends[i] && nodeport[i]) element(at_nodeport(i) " : goto reject-chain")
  finish()
  begin("map", "service-ips", address_type " . " ports)
  for (i = 1; i <= services; i++)
    if (backends[i]) element(frontend(i) " : goto service-" i)
  finish()
  begin("map", "service-nodeports", ports)
  for (i = 1; i <= services; i++)
    if (backends[i] && nodeport[i]) element(at_nodeport(i) " : goto external-" i)
  finish()
}

function service_chains(i,   j, choice) {
  for (j = 1; j <= backends[i]; j++) {
    chain_of("endpoint-" i "-" j, ip " saddr " host[i, j] " jump mark-for-masquerade\n    " \
      "meta l4proto " protocol[i] " dnat to " backend[i, j])
    choice = choice (j > 1 ? ", " : "") j - 1 " : goto endpoint-" i "-" j
  }
  chain_of("service-" i, ip " daddr " address[i] " " ip " saddr != " pods " jump mark-for-masquerade\n    " \
    "numgen random mod " backends[i] " vmap { " choice " }")
  if (nodeport[i]) chain_of("external-" i, "jump mark-for-masquerade\n    goto service-" i)
}

function lookups(   looked_up, at_node) {
  looked_up = ip " daddr . meta l4proto . th dport vmap @"
  at_node = ip " daddr @nodeport-ips meta l4proto . th dport vmap @"
  chain_of("firewall-check", looked_up "firewall-ips")
  chain_of("service-endpoints-check", looked_up "no-endpoint-services")
  chain_of("nodeport-endpoints-check", at_node "no-endpoint-nodeports")
  chain_of("cluster-ips-check", ip " daddr @cluster-ips reject" (ranges ? "\n    " ip " daddr { " ranges " } drop" : ""))
  chain_of("services", looked_up "service-ips\n    " at_node "service-nodeports")
}

function hooks(   new) {
  new = "ct state new jump "
  base("filter-prerouting-pre-dnat", "filter", "prerouting", -110, new "firewall-check")
  base("filter-output-pre-dnat", "filter", "output", -110, new "firewall-check")
  base("filter-input", "filter", "input", 0, new "nodeport-endpoints-check\n    " new "service-endpoints-check")
  base("filter-forward", "filter", "forward", 0, new "service-endpoints-check\n    " new "cluster-ips-check")
  base("filter-output", "filter", "output", 0, new "service-endpoints-check\n    " new "cluster-ips-check")
  base("nat-prerouting", "nat", "prerouting", -100, "jump services")
  base("nat-output", "nat", "output", -100, "jump services")
  base("nat-postrouting", "nat", "postrouting", 100, "jump masquerading")
}

END {
  if (wrong) exit 2
  ip = family == 4 ? "ip" : "ip6"
  address_type = family == 4 ? "ipv4_addr" : "ipv6_addr"
  # Whatever of it was there goes in the same transaction.
  print "add table " ip " kube-proxy\ndelete table " ip " kube-proxy\ntable " ip " kube-proxy {"
  chain_of("mark-for-masquerade", "mark set mark or 0x4000")
  chain_of("masquerading", "mark and 0x4000 == 0 return\n    mark set mark xor 0x4000\n    masquerade fully-random")
  chain_of("reject-chain", "reject")
  for (i = 1; i <= services; i++)
    if (backends[i]) service_chains(i)
  sets()
  maps()
  lookups()
  hooks()
  print "}"
}
