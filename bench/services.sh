# SPDX-License-Identifier: Apache-2.0
# Connections through Services, in labs and in simple networks with kube-proxy's rules. Sourced by bench/run.
#
# Ways are named WHAT-PLACE@WHOSE. WHAT: direct, socket, packets (the cluster IP, translated there) or nodeport, which the
# host outside calls at the first node. PLACE: near, a backend of the first node, or far, of the second. WHOSE: tunnel or native
# (Stentor), iptables or nftables (kube-proxy). Samples bear COUNT/ before the name.

service_metrics="tcp-rr tcp-crr tcp-throughput"
proxies="iptables nftables"
# What is added to a port of a backend for its node port (bench/lab-services).
near_nodeport=23700
far_nodeport=24000

both() { echo "$1,$2"; } # IPV4 IPV6

lab_pair() { both "${pods[$1-$2-4]}" "${pods[$1-$2-6]}"; } # LAB POD
proxy_pair() { both "$(network_pod "$1" "$2" 4)" "$(network_pod "$1" "$2" 6)"; } # NETWORK POD

# The ways from a pod: to its backends themselves, and by their cluster IPs.
cluster_ways() { # WHAT WHOSE ENTER-COMMAND PLACE…
  local what=$1 whose=$2 from=$3 place number
  shift 3
  for place in "$@"; do
    number=$([ $place = near ] && echo 1 || echo 2)
    way "$what-$place@$whose" "$from" "10.96.200.$number" "fd00:10:96::c80$number"
  done
}

nodeport_ways() { # WHOSE ENTER-COMMAND NODE-IPV4 NODE-IPV6
  way "nodeport-near@$1" "$2" "$3" "$4" $near_nodeport
  way "nodeport-far@$1" "$2" "$3" "$4" $far_nodeport
}

# A lab whose pods are served at their sockets, or by packets; what is the same in both modes is measured in one.
service_lab_up() { # WHAT MODE SETTING…
  local what=$1 mode=$2 name=$1-$2 places=far place
  shift 2
  [ "$mode" = native ] || places="near far"
  lab_up "$name" "$mode" "" "$@"
  for place in $places; do
    way "direct-$place-beside-$what@$mode" "$scratch/enter-$name" "${pods[$name-$place-4]}" "${pods[$name-$place-6]}"
  done
  # shellcheck disable=SC2086
  cluster_ways "$what" "$mode" "$scratch/enter-$name" $places
}

services_up() {
  local name mode
  for name in $proxies; do
    proxied_up "$name"
    network_serve "$name" near far
    cluster_ways cluster "$name" "ip netns exec stb-$name-client" near far
    nodeport_ways "$name" "ip netns exec stb-$name-outside" "192.168.${!name}.1" "fd01:${!name}::1"
  done
  for mode in tunnel native; do
    service_lab_up socket $mode
    nodeport_ways $mode "ip netns exec stl-bench-socket-$mode-outside" 192.168.60.11 fd42:5374:656e::11
    service_lab_up packets $mode socketLB.hostNamespaceOnly=true
  done
}

# The first COUNT services: those that are there stay in labs; kube-proxy's rules are laid anew.
services_lay() { # COUNT
  local name
  for name in $proxies; do
    bench/lab-services list "$1" "$(proxy_pair "$name" near)" "$(proxy_pair "$name" far)" >"$scratch/services-$name"
    for host in n1 n2; do
      at "$name" $host bench/kube-proxy "$name" --pods "10.${!name}.0.0/16,fd00:${!name}::/32" "$scratch/services-$name"
    done
  done
  for name in socket-tunnel packets-tunnel socket-native packets-native; do
    bench/lab-services lay "bench-$name" "$1" "$(lab_pair "$name" near)" "$(lab_pair "$name" far)"
    await_service "$name" "$1"
  done
}

# Until the last service that was made is there for the client.
await_service() { # LAB COUNT
  local i=$(($2 - 3)) try
  for try in $(seq 100); do
    "$scratch/enter-$1" timeout 1 "$netload" rr "10.96.$((i / 200 + 1)).$((i % 200 + 1))" 7000 0.01 >/dev/null 2>&1 && return
    sleep 0.2
  done
  echo "bench: lab bench-$1 does not serve its $2 services" >&2
  return 1
}

# Lines change-WHAT, milliseconds from the API server's answer, and from the request on. Another node's agent would want
# the same processors at the same moment.
service_changes() { # COUNT
  local name=socket-tunnel
  ./stentor lab kill --name "bench-$name" node-2 >&2
  await_quiet
  bench/lab-services changes "bench-$name" "$changes" "$(lab_pair $name near)" "$(cgroup_of $name)" \
    "$(lab_process $name client)" | sed "s/^/$1\t/"
  ./stentor lab restart --name "bench-$name" node-2 >&2
}

services_measure() {
  local count
  : >"$scratch/service-samples"
  : >"$scratch/service-changes"
  for count in $service_counts; do
    say "$count services"
    services_lay "$count"
    warm_up "$service_metrics"
    rounds_of "$count/" "$service_metrics" >>"$scratch/service-samples"
    say "changes of one of $count services"
    service_changes "$count" >>"$scratch/service-changes"
  done
}
