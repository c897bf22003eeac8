# SPDX-License-Identifier: Apache-2.0
# Services, as kube-proxy-services.awk has read them, as kube-proxy's iptables mode lays them out, for one iptables-restore
# --noflush of one family. Variable: pods, the range of the pods. docs/kube-proxy-layouts.md explains the chains.

function commented(text) { return " -m comment --comment \"" text "\"" }

# What kube-proxy leaves out where there are many backends.
function commented_if_few(text) { return all_backends > 1000 ? "" : commented(text) }

function service(i) { return "default/service-" i ":port" }
function chain(kind, i) { return sprintf("KUBE-%s-%016d", kind, i) }
function endpoint(i, j) { return sprintf("KUBE-SEP-%010d%06d", i, j) }
function frontend(i) { return sprintf(" -m %s -p %s -d %s --dport %d", protocol[i], protocol[i], address[i], port[i]) }
function at_nodeport(i) { return sprintf(" -m %s -p %s --dport %d", protocol[i], protocol[i], nodeport[i]) }

function jump(into, at, match_, what, to) { print "-I " into " " at match_ commented(what) " -j " to }

function filter_table(   new, i) {
  new = " -m conntrack --ctstate NEW"
  print "*filter"
  print ":KUBE-SERVICES - [0:0]\n:KUBE-EXTERNAL-SERVICES - [0:0]\n:KUBE-FORWARD - [0:0]\n:KUBE-NODEPORTS - [0:0]"
  print ":KUBE-PROXY-FIREWALL - [0:0]"
  jump("INPUT", 1, new, "kubernetes load balancer firewall", "KUBE-PROXY-FIREWALL")
  jump("INPUT", 2, "", "kubernetes health check service ports", "KUBE-NODEPORTS")
  jump("INPUT", 3, new, "kubernetes externally-visible service portals", "KUBE-EXTERNAL-SERVICES")
  jump("FORWARD", 1, new, "kubernetes load balancer firewall", "KUBE-PROXY-FIREWALL")
  jump("FORWARD", 2, "", "kubernetes forwarding rules", "KUBE-FORWARD")
  jump("FORWARD", 3, new, "kubernetes service portals", "KUBE-SERVICES")
  jump("FORWARD", 4, new, "kubernetes externally-visible service portals", "KUBE-EXTERNAL-SERVICES")
  jump("OUTPUT", 1, new, "kubernetes load balancer firewall", "KUBE-PROXY-FIREWALL")
  jump("OUTPUT", 2, new, "kubernetes service portals", "KUBE-SERVICES")
  if (family == 4) {
    print ":KUBE-FIREWALL - [0:0]"
    print "-A INPUT -j KUBE-FIREWALL\n-A OUTPUT -j KUBE-FIREWALL"
    print "-A KUBE-FIREWALL" commented("block incoming localnet connections") " ! -s 127.0.0.0/8 -d 127.0.0.0/8" \
      " -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP"
  }
  for (i = 1; i <= services; i++)
    if (!backends[i]) refusal(i)
  print "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP"
  print "-A KUBE-FORWARD" commented("kubernetes forwarding rules") " -m mark --mark 0x4000/0x4000 -j ACCEPT"
  print "-A KUBE-FORWARD" commented("kubernetes forwarding conntrack rule") \
    " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
  print "COMMIT"
}

function refusal(i,   why) {
  why = commented(service(i) " has no endpoints")
  print "-A KUBE-SERVICES" why frontend(i) " -j REJECT"
  if (nodeport[i])
    print "-A KUBE-EXTERNAL-SERVICES" why " -m addrtype --dst-type LOCAL" at_nodeport(i) " -j REJECT"
}

function nat_chains(   i, j) {
  print ":KUBE-SERVICES - [0:0]\n:KUBE-NODEPORTS - [0:0]\n:KUBE-POSTROUTING - [0:0]\n:KUBE-MARK-MASQ - [0:0]"
  for (i = 1; i <= services; i++) {
    if (!backends[i]) continue
    if (nodeport[i]) print ":" chain("EXT", i) " - [0:0]"
    print ":" chain("SVC", i) " - [0:0]"
    for (j = 1; j <= backends[i]; j++) print ":" endpoint(i, j) " - [0:0]"
  }
}

function forwarding(i,   j, few) {
  print "-A KUBE-SERVICES" commented(service(i) " cluster IP") frontend(i) " -j " chain("SVC", i)
  if (nodeport[i]) {
    print "-A KUBE-NODEPORTS" commented(service(i)) at_nodeport(i) " -j " chain("EXT", i)
    print "-A " chain("EXT", i) commented("masquerade traffic for " service(i) " external destinations") " -j KUBE-MARK-MASQ"
    print "-A " chain("EXT", i) " -j " chain("SVC", i)
  }
  print "-A " chain("SVC", i) commented(service(i) " cluster IP") frontend(i) " ! -s " pods " -j KUBE-MARK-MASQ"
  for (j = 1; j <= backends[i]; j++) {
    print "-A " chain("SVC", i) commented_if_few(service(i) " -> " backend[i, j]) \
      (j < backends[i] ? sprintf(" -m statistic --mode random --probability %.10f", 1 / (backends[i] - j + 1)) : "") \
      " -j " endpoint(i, j)
    few = commented_if_few(service(i))
    print "-A " endpoint(i, j) few " -s " host[i, j] " -j KUBE-MARK-MASQ"
    print "-A " endpoint(i, j) few " -m " protocol[i] " -p " protocol[i] " -j DNAT --to-destination " backend[i, j]
  }
}

function nat_table(   i) {
  print "*nat"
  nat_chains()
  jump("PREROUTING", 1, "", "kubernetes service portals", "KUBE-SERVICES")
  jump("OUTPUT", 1, "", "kubernetes service portals", "KUBE-SERVICES")
  jump("POSTROUTING", 1, "", "kubernetes postrouting rules", "KUBE-POSTROUTING")
  print "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN"
  print "-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000"
  print "-A KUBE-POSTROUTING" commented("kubernetes service traffic requiring SNAT") " -j MASQUERADE --random-fully"
  print "-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000"
  for (i = 1; i <= services; i++)
    if (backends[i]) forwarding(i)
  print "-A KUBE-SERVICES" commented("kubernetes service nodeports; NOTE: this must be the last rule in this chain") \
    " -m addrtype --dst-type LOCAL" (family == 6 ? " ! -d ::1/128" : "") " -j KUBE-NODEPORTS"
  print "COMMIT"
}

END {
  if (wrong) exit 2
  filter_table()
  nat_table()
}
