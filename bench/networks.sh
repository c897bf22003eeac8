# SPDX-License-Identifier: Apache-2.0
# What Stentor is measured against, made by hand from network namespaces. Sourced by bench/run.
#
#   limit   pod - node - fabric - node - pod by plain veth links and kernel routing, no filter anywhere
#   simple  what simple network plugins build: pods on the node's bridge, a VXLAN device between nodes with all
#           neighbours written down, iptables masquerading what leaves the cluster
#   redirect  two pods of one node, whose packets a program of one line hands from link to link (redirect.bpf.c)
#   iptables, nftables  the simple network with services as kube-proxy lays them out, and a host outside that calls them
#
# Namespaces are named stb-NETWORK-HOST: fabric (a bridge), n1 and n2 (nodes), client and near (pods of n1), far (of
# n2), outside. Pods have the addresses 10.X.NODE.POD and fd00:X:NODE::POD, X as below; redirect has n1 and its pods alone.

limit=201
simple=202
redirect=203
iptables=204
nftables=205
hosts="fabric n1 n2 client near far"

at() { # NETWORK HOST COMMAND…
  local space=stb-$1-$2
  shift 2
  ip netns exec "$space" "$@"
}

networks_remove() {
  local host network
  for network in limit simple redirect iptables nftables; do
    for host in $hosts outside; do
      ip netns pids "stb-$network-$host" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
      ip netns delete "stb-$network-$host" 2>/dev/null || true
    done
  done
  return 0
}

# Namespaces, the nodes' links to the fabric's bridge and their addresses there: 192.168.X.NODE, fd01:X::NODE.
network_underlay() { # NETWORK
  local x=${!1} host n
  for host in $hosts; do
    ip netns add "stb-$1-$host"
    at "$1" "$host" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
    at "$1" "$host" ip link set lo up
  done
  at "$1" fabric ip link add segment type bridge forward_delay 0 stp_state 0 mcast_snooping 0
  at "$1" fabric ip link set segment up
  for n in 1 2; do
    at "$1" fabric ip link add "n$n" type veth peer name eth0 netns "stb-$1-n$n"
    at "$1" fabric ip link set "n$n" master segment up
    at "$1" n$n ip link set eth0 up
    at "$1" n$n ip address add "192.168.$x.$n/24" dev eth0
    at "$1" n$n ip address add "fd01:$x::$n/64" dev eth0 nodad
    at "$1" n$n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  done
}

# A pod behind a link of its own and a link-local gateway, as Stentor's pods are.
limit_pod() { # POD NODE NUMBER
  local four=10.$limit.$2.$3 six=fd00:$limit:$2::$3 mac=02:00:00:00:0$2:0$3 gateway=02:00:00:00:00:01
  at limit "n$2" ip link add "$1" address $gateway type veth peer name eth0 address $mac netns "stb-limit-$1"
  at limit "n$2" ip link set "$1" up
  at limit "n$2" ip route add "$four" dev "$1"
  at limit "n$2" ip route add "$six" dev "$1"
  at limit "n$2" ip neighbour replace "$four" lladdr $mac dev "$1" nud permanent
  at limit "n$2" ip neighbour replace "$six" lladdr $mac dev "$1" nud permanent
  at limit "$1" ip link set eth0 up
  at limit "$1" ip address add "$four/32" dev eth0
  at limit "$1" ip address add "$six/128" dev eth0 nodad
  at limit "$1" ip neighbour replace 169.254.7.1 lladdr $gateway dev eth0 nud permanent
  at limit "$1" ip neighbour replace fe80::7:1 lladdr $gateway dev eth0 nud permanent
  at limit "$1" ip route add 169.254.7.1 dev eth0
  at limit "$1" ip route add default via 169.254.7.1 dev eth0
  at limit "$1" ip route add default via fe80::7:1 dev eth0
}

limit_up() {
  local n other
  network_underlay limit
  limit_pod client 1 2
  limit_pod near 1 3
  limit_pod far 2 2
  for n in 1 2; do
    other=$((3 - n))
    at limit n$n ip route add "10.$limit.$other.0/24" via "192.168.$limit.$other"
    at limit n$n ip route add "fd00:$limit:$other::/64" via "fd01:$limit::$other"
  done
}

simple_pod() { # NETWORK POD NODE NUMBER
  local x=${!1}
  at "$1" "n$3" ip link add "$2" type veth peer name eth0 mtu 1450 netns "stb-$1-$2"
  at "$1" "n$3" ip link set "$2" master pods mtu 1450 up
  at "$1" "$2" ip link set eth0 up
  at "$1" "$2" ip address add "10.$x.$3.$4/24" dev eth0
  at "$1" "$2" ip address add "fd00:$x:$3::$4/64" dev eth0 nodad
  at "$1" "$2" ip route add default via "10.$x.$3.1"
  at "$1" "$2" ip route add default via "fd00:$x:$3::1"
}

simple_up() { # NETWORK
  local x=${!1} n other tables
  network_underlay "$1"
  for n in 1 2; do
    other=$((3 - n))
    at "$1" n$n ip link add pods mtu 1450 type bridge forward_delay 0 stp_state 0
    at "$1" n$n ip link set pods up
    at "$1" n$n ip address add "10.$x.$n.1/24" dev pods
    at "$1" n$n ip address add "fd00:$x:$n::1/64" dev pods nodad
    at "$1" n$n ip link add tunnel address "02:00:00:00:01:0$n" type vxlan id 1 dev eth0 dstport 8472 nolearning
    at "$1" n$n ip link set tunnel mtu 1450 up
    at "$1" n$n bridge fdb append "02:00:00:00:01:0$other" dev tunnel dst "192.168.$x.$other"
    at "$1" n$n ip neighbour replace "10.$x.$other.0" lladdr "02:00:00:00:01:0$other" dev tunnel nud permanent
    at "$1" n$n ip neighbour replace "fe80::$other" lladdr "02:00:00:00:01:0$other" dev tunnel nud permanent
    at "$1" n$n ip route add "10.$x.$other.0/24" via "10.$x.$other.0" dev tunnel onlink
    at "$1" n$n ip route add "fd00:$x:$other::/64" via "fe80::$other" dev tunnel
    for tables in "iptables 10.$x.0.0/16" "ip6tables fd00:$x::/32"; do
      at "$1" n$n ${tables% *} -w -t nat -A POSTROUTING -s "${tables#* }" ! -d "${tables#* }" -j MASQUERADE
      at "$1" n$n ${tables% *} -w -A FORWARD -s "${tables#* }" -j ACCEPT
      at "$1" n$n ${tables% *} -w -A FORWARD -d "${tables#* }" -j ACCEPT
    done
  done
  simple_pod "$1" client 1 2
  simple_pod "$1" near 1 3
  simple_pod "$1" far 2 2
}

# A simple network with a host outside, which is its nodes' way to everywhere else.
proxied_up() { # NETWORK
  local x=${!1} n
  simple_up "$1"
  ip netns add "stb-$1-outside"
  at "$1" outside sysctl -qw net.ipv6.conf.default.accept_dad=0
  at "$1" outside ip link set lo up
  at "$1" fabric ip link add outside type veth peer name eth0 netns "stb-$1-outside"
  at "$1" fabric ip link set outside master segment up
  at "$1" outside ip link set eth0 up
  at "$1" outside ip address add "192.168.$x.9/24" dev eth0
  at "$1" outside ip address add "fd01:$x::9/64" dev eth0 nodad
  for n in 1 2; do
    at "$1" n$n ip route add default via "192.168.$x.9"
    at "$1" n$n ip route add default via "fd01:$x::9"
  done
}

redirect_pod() { # POD NUMBER OTHER-NUMBER
  at redirect n1 ip link add "$1" type veth peer name eth0 address "02:00:00:00:03:0$2" netns "stb-redirect-$1"
  at redirect n1 ip link set "$1" up
  at redirect "$1" ip link set lo up
  at redirect "$1" ip link set eth0 up
  at redirect "$1" ip address add "10.$redirect.1.$2/24" dev eth0
  at redirect "$1" ip address add "fd00:$redirect:1::$2/64" dev eth0 nodad
  at redirect "$1" ip neighbour replace "10.$redirect.1.$3" lladdr "02:00:00:00:03:0$3" dev eth0 nud permanent
  at redirect "$1" ip neighbour replace "fd00:$redirect:1::$3" lladdr "02:00:00:00:03:0$3" dev eth0 nud permanent
}

redirect_program() { # FROM TO
  local to
  to=$(at redirect n1 cat "/sys/class/net/$2/ifindex")
  "${CLANG:-clang-19}" -O2 -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -DTO="$to" -c -o "$scratch/redirect-$1.o" \
    bench/redirect.bpf.c
  at redirect n1 tc qdisc add dev "$1" clsact
  at redirect n1 tc filter add dev "$1" ingress bpf da obj "$scratch/redirect-$1.o" sec tc
}

redirect_up() {
  local host
  for host in n1 client near; do ip netns add "stb-redirect-$host"; done
  redirect_pod client 2 3
  redirect_pod near 3 2
  redirect_program client near
  redirect_program near client
}

# Starts what answers in the pods of a network.
network_serve() { # NETWORK POD…
  local network=$1 host
  shift
  for host in "$@"; do
    at "$network" "$host" sh -c "$serve" >/dev/null 2>&1 &
    servers+=($!)
  done
}

# The address of a pod of such a network.
network_pod() { # NETWORK POD FAMILY
  local x=${!1} place
  case $2 in client) place=1.2 ;; near) place=1.3 ;; far) place=2.2 ;; esac
  if [ "$3" = 4 ]; then echo "10.$x.$place"; else echo "fd00:$x:${place/./::}"; fi
}

# Registers the ways of a network that is up, from its client to some of its pods.
network_ways() { # NETWORK POD…
  local network=$1 host
  shift
  network_serve "$network" client "$@"
  for host in "$@"; do
    way "$network-$host" "ip netns exec stb-$network-client" "$(network_pod "$network" $host 4)" \
      "$(network_pod "$network" $host 6)"
  done
}
