# Prints all that an agent may have changed on the host that it runs on, so that two prints can be compared: without
# numbers and addresses that are others after each start, and without what is the pods' own.
plain() { sed 's/@[^:]*:/:/; s/^[0-9]*: //; s/ link-netns.*//; s#link/ether [^ ]* brd [^ ]*##; s/ *$//'; }
echo "== links"; ip -o link | plain
echo "== addresses"; ip -br address | sed 's/@[^ ]*//; s/ fe80:[^ ]*//g' | tr -s ' '
echo "== routes"; for v in -4 -6; do ip $v route show table all | grep -v 'fe80::[0-9a-f]' | sed 's/ pref medium//' | tr -s ' ' | sort; done
echo "== rules"; ip -4 rule; ip -6 rule
echo "== neighbours"; ip neigh show nud permanent
echo "== queues"; tc qdisc show | sed 's/ *$//'
echo "== programs"; bpftool net show | sed 's/([0-9]*)//; s/ id [0-9]*//' | grep -v '^$'
echo "== mounts"; awk '$5 !~ "^/run/netns" { print $5 }' /proc/self/mountinfo | sort
echo "== pins"; find /sys/fs/bpf | sort
echo "== iptables"; for p in iptables ip6tables; do $p-save | grep -v '^#' | sed 's/\[.*\]//'; done
cat /proc/self/net/ip_tables_names /proc/self/net/ip6_tables_names 2>/dev/null
echo "== nftables"; nft list ruleset | grep -v '^#' | sed 's/ packets [0-9]* bytes [0-9]*//'
echo "== parameters"
find /proc/sys/net -type f | grep -v 'conntrack_count\|rss_key\|stable_secret\|/stn\|flush' | sort | while read -r f; do
  echo "$f $(cat "$f" 2>/dev/null | tr '\n' ' ')"
done
echo "== files"
find /run/stentor /run/stentor-node /run/stentor.* 2>/dev/null | grep -v '^/run/stentor-node/pods' |
  grep -vx '/run/stentor-node/config\(/.*\)\?\|/run/stentor-node/kubeconfig\|/run/stentor-node/stentor-cni\|/run/stentor-node/bin/stentor-cni' | sort
cat /run/stentor-node/net.d/* 2>/dev/null
