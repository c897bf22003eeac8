# SPDX-License-Identifier: Apache-2.0
# Reads the list of services that bench/kube-proxy describes, for one of its layouts, which follow in an END of their own.
# Variables: family (4 or 6: services of the other one are checked and left out), name (the list's, for errors),
# pods (their range, of that family).
# Leaves, of each service i of 1 … services: address[i], port[i], protocol[i], nodeport[i] (0: none), backends[i] (their
# number), backend[i, j] as iptables writes it ([IPV6]:PORT), host[i, j], and all_backends. Where the list is wrong it says so and
# exits with 2; an END begins with `if (wrong) exit 2`.

function refuse(what) {
  printf "bench/kube-proxy: line %d of %s: %s\n", NR, name, what >"/dev/stderr"
  wrong = 1
  exit 2
}

function number(text, least, what) {
  if (text !~ /^[0-9]+$/ || text + 0 < least || text + 0 > 65535)
    refuse(what " '" text "' is no number from " least " to 65535")
  return text + 0
}

function family_of(text, what) {
  if (text ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/) return 4
  if (text ~ /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/) return 6
  refuse(what " '" text "' is no address")
}

function once(key, what) {
  if (key in line_of) refuse(what " is that of line " line_of[key] ", too")
  line_of[key] = NR
}

# Cuts ADDRESS:PORT or [ADDRESS]:PORT; the address is left in `cut`.
function cut_backend(text, of,   at) {
  at = match(text, /:[0-9]+$/)
  if (!at) refuse("backend '" text "' has no port: ADDRESS:PORT is wanted, [ADDRESS]:PORT for IPv6")
  number(substr(text, at + 1), 1, "port of backend '" text "':")
  cut = substr(text, 1, at - 1)
  if (cut ~ /^\[.*\]$/) cut = substr(cut, 2, length(cut) - 2)
  else if (cut ~ /:/) refuse("backend '" text "' needs brackets around its address: [ADDRESS]:PORT")
  if (family_of(cut, "backend") != of) refuse("backend '" text "' is of another family than the cluster IP " $1)
}

/^[ \t]*(#|$)/ { next }

{
  if (NF < 4) refuse("CLUSTER-IP PORT PROTOCOL NODE-PORT [BACKEND:PORT …] is wanted")
  its = family_of($1, "cluster IP")
  number($2, 1, "port")
  if ($3 !~ /^(tcp|udp|sctp)$/) refuse("protocol '" $3 "' is not tcp, udp or sctp")
  number($4, 0, "node port")
  once($1 " " $3 " " $2, "cluster IP " $1 " with port " $2 "/" $3)
  if ($4 + 0) once(its " " $3 " " $4, "node port " $4 "/" $3)
  for (j = 5; j <= NF; j++) cut_backend($j, its)
  if (its != family) next
  if (pods == "") refuse("there is no range of pods of IPv" its " in --pods")
  i = ++services
  address[i] = $1; port[i] = $2 + 0; protocol[i] = $3; nodeport[i] = $4 + 0; backends[i] = NF - 4
  all_backends += backends[i]
  for (j = 5; j <= NF; j++) {
    cut_backend($j, its)
    backend[i, j - 4] = $j
    host[i, j - 4] = cut
  }
}
