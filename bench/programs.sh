# SPDX-License-Identifier: Apache-2.0
# What each program takes for a packet of an established connection. Sourced by bench/run.

in_node() { ip netns exec "stl-bench-$1-node-1" "${@:2}"; } # LAB COMMAND…

link_to() { in_node "$1" ip -o route get "$2" | sed 's/.* dev \([^ ]*\).*/\1/'; } # LAB ADDRESS
mac_of() { in_node "$1" ip neighbour show "$2" | sed 's/.* lladdr \([^ ]*\).*/\1/'; } # LAB ADDRESS
index_of() { in_node "$1" cat "/sys/class/net/$2/ifindex"; } # LAB LINK

# The number of the program that a filter runs on what goes out by a link.
filter_of() { in_node "$1" tc filter show dev "$2" egress | grep -o ' id [0-9]*' | head -n 1 | cut -d ' ' -f 3; } # LAB LINK

# Prints lines PROGRAM WAY FAMILY NANOSECONDS for one lab, by test runs on node-1.
program_times() { # LAB WAY FAMILY
  local lab=$1 way=$2 family=$3 gateway=02:53:54:4e:00:01 name time
  local client=${pods[$lab-client-$family]} near=${pods[$lab-near-$family]} far=${pods[$lab-far-$family]}
  local pod pod_mac other other_mac uplink to_pod
  pod=$(index_of "$lab" "$(link_to "$lab" "$client")") pod_mac=$(mac_of "$lab" "$client")
  other=$(index_of "$lab" "$(link_to "$lab" "$near")") other_mac=$(mac_of "$lab" "$near")
  uplink=$(index_of "$lab" eth0) to_pod=$(filter_of "$lab" "$(link_to "$lab" "$client")")
  {
    if [ "$way" = vxlan ]; then
      echo "- ingress $pod $pod_mac $gateway $client $near 40000 7 S"
      echo "- ingress $other $other_mac $gateway $near $client 7 40000 SA"
      echo "from_pod/same-node ingress $pod $pod_mac $gateway $client $near 40000 7 A"
    fi
    echo "- ingress $pod $pod_mac $gateway $client $far 40000 7 S"
    echo "- $to_pod $pod $gateway $pod_mac $far $client 7 40000 SA"
    echo "from_pod/$way ingress $pod $pod_mac $gateway $client $far 40000 7 A"
    echo "to_pod/$way $to_pod $pod $gateway $pod_mac $far $client 7 40000 A"
    if [ "$way" = native ]; then
      echo "from_net/$way ingress $uplink $gateway $gateway $far $client 7 40000 A"
      echo "to_net/$way egress $uplink $gateway $gateway $client $far 40000 7 A"
    else
      echo "from_net/$way ingress $uplink $gateway $gateway 192.168.60.12 192.168.60.11 40000 8472 U"
      echo "to_net/$way egress $uplink $gateway $gateway 192.168.60.11 192.168.60.12 40000 8472 U"
      echo "to_overlay/$way egress $(index_of "$lab" stentor_vxlan) $gateway $gateway $client $far 40000 7 A"
    fi
  } | in_node "$lab" $priority taskset -c $last "$progtime" test 20000 | while read -r name time; do
    printf '%s\t%s\t%s\t%s\n' "${name%/*}" "${name#*/}" "$family" "$time"
  done
  [ "$way" = native ] || overlay_time "$lab" "$family"
}

# from_overlay has no test run, since no packet has a tunnel to come from there: the kernel's account of real ones, less
# what the account itself takes on this machine, told by to_net, which hardly does anything in tunnel mode.
overlay_time() { # LAB FAMILY
  local keep=$seconds
  seconds=2
  measure tcp-rr "$2" "$1-far" >/dev/null &
  sleep 0.5
  "$progtime" live 1 | sort -t "$(printf '\t')" -k 3 -n -r | awk -F '\t' -v family="$2" '
    $2 == "from_overlay" && overlays < 2 { sum += $4; overlays++ }
    $2 == "to_net" && nets < 2 { base += $4; nets++ }
    END { if (overlays && nets) printf "from_overlay\tvxlan\t%s\t%d\n", family, sum / overlays - base / nets }'
  wait $!
  seconds=$keep
}
