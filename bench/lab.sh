# SPDX-License-Identifier: Apache-2.0
# Labs with three pods: client and near on node-1, far on node-2. Sourced by bench/run.

lab_file() { # LAB KEY, a file with what the lab's kubeconfig holds under a key
  awk -v key="$2:" '$1 == key { print $2 }' "/run/stentor-lab/bench-$1/kubeconfig" | base64 -d >"$scratch/$1.$2"
}

api() { # LAB METHOD PATH [BODY]
  local server
  server=$(awk '$1 == "server:" { print $2 }' "/run/stentor-lab/bench-$1/kubeconfig")
  curl -fsS --cacert "$scratch/$1.certificate-authority-data" --cert "$scratch/$1.client-certificate-data" \
    --key "$scratch/$1.client-key-data" -X "$2" -H 'Content-Type: application/json' ${4:+-d "$4"} "$server$3"
}

lab_pod() { # LAB NAME NODE
  api "$1" POST /api/v1/namespaces/default/pods '{
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "'"$2"'"},
    "spec": {"nodeName": "'"$3"'", "containers": [
      {"name": "'"$2"'", "image": "netload", "command": ["sh", "-c", "'"$serve"'"]}]}}' >/dev/null
}

# The addresses of a pod, IPv4 before IPv6, once it runs.
lab_addresses() { # LAB POD
  local status try
  for try in $(seq 150); do
    status=$(api "$1" GET "/api/v1/namespaces/default/pods/$2" | tr -d ' \n')
    case $status in
      *'"phase":"Running"'*)
        echo "$status" | sed 's/.*"podIPs":\[\([^]]*\)\].*/\1/' | grep -o '"ip":"[^"]*"' | cut -d '"' -f 4
        return
        ;;
    esac
    sleep 0.2
  done
  echo "bench: pod $2 of lab bench-$1 does not run: $status" >&2
  return 1
}

# A process of a pod, by its cgroup, which ends with the container's name.
lab_process() { # LAB POD
  local pid try
  for try in $(seq 50); do
    for pid in $(pgrep -x netload); do
      grep -qs "^0::.*/bench-$1/.*/$2\$" "/proc/$pid/cgroup" && { echo "$pid"; return; }
    done
    sleep 0.2
  done
  echo "bench: nothing runs in pod $2 of lab bench-$1" >&2
  return 1
}

# The directory of the cgroup of a lab's client.
cgroup_of() { # LAB
  echo "$(findmnt -nt cgroup2 -o TARGET | head -n 1)$(awk -F :: '/^0::/ { print $2 }' "/proc/$(lab_process "$1" client)/cgroup")"
}

# Brings a lab up and registers its ways to some of the pods.
lab_up() { # LAB ROUTING PODS [SETTING…]
  local name=$1 routing=$2 targets=$3 host file address4 address6 process group sets=() setting
  shift 3
  for setting in "$@"; do sets+=(--set "$setting"); done
  ./stentor lab up --name "bench-$name" --nodes 2 --routing "$routing" --ip-family dual --detach "${sets[@]}" >&2
  for file in certificate-authority-data client-certificate-data client-key-data; do lab_file "$name" $file; done
  # The fabric's filter of foreign senders is the lab's own; the networks to compare with have none.
  ip netns exec "stl-bench-$name-fabric" nft delete table bridge fabric 2>/dev/null || true
  lab_pod "$name" client node-1
  lab_pod "$name" near node-1
  lab_pod "$name" far node-2
  for host in client near far; do
    { read -r address4; read -r address6; } < <(lab_addresses "$name" $host)
    pods[$name-$host-4]=$address4 pods[$name-$host-6]=$address6
  done
  process=$(lab_process "$name" client)
  group=$(cgroup_of "$name")
  cat >"$scratch/enter-$name" <<END
#!/bin/sh
echo 0 >"$group/cgroup.procs"
exec nsenter -t $process -n -- "\$@"
END
  chmod +x "$scratch/enter-$name"
  for host in $targets; do
    way "$name-$host" "$scratch/enter-$name" "${pods[$name-$host-4]}" "${pods[$name-$host-6]}"
  done
}

labs_remove() {
  local lab
  for lab in /run/stentor-lab/bench-*; do
    [ ! -d "$lab" ] || ./stentor lab down --name "$(basename "$lab")" >&2 || true
  done
  return 0
}
