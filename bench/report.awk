# SPDX-License-Identifier: Apache-2.0
# Samples (round, metric, family, way, value), programs' times and a node's costs in; Markdown tables on stdout and rows
# in the file that json names.
# Variables: commit, machine, rounds, seconds, loud, json.

function sort(list, n,    i, j, x) {
	for (i = 2; i <= n; i++) {
		x = list[i]
		for (j = i - 1; j > 0 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
}

# The quantile q of sorted values, between neighbours by proportion.
function quantile(list, n, q,    at, low) {
	at = 1 + (n - 1) * q
	low = int(at)
	return low >= n ? list[n] : list[low] + (at - low) * (list[low + 1] - list[low])
}

# Median and quartiles of a way into median, q1 and q3; false without values.
function summarize(metric, family, way,    r, n, list) {
	n = 0
	for (r = 1; r <= rounds; r++)
		if ((r, metric, family, way) in sample && sample[r, metric, family, way] > 0)
			list[++n] = sample[r, metric, family, way]
	if (!n)
		return 0
	sort(list, n)
	median = quantile(list, n, 0.5)
	q1 = quantile(list, n, 0.25)
	q3 = quantile(list, n, 0.75)
	return n
}

# Quartiles of the quotients of one round's values: rounds are minutes apart, their ways are not.
function paired(metric, family, way, other,    r, n, list) {
	n = 0
	for (r = 1; r <= rounds; r++)
		if (sample[r, metric, family, way] > 0 && sample[r, metric, family, other] > 0)
			list[++n] = sample[r, metric, family, way] / sample[r, metric, family, other]
	sort(list, n)
	return sprintf("[%.3f, %.3f]", quantile(list, n, 0.25), quantile(list, n, 0.75))
}

function number(value) {
	return sprintf(value < 1000 ? "%.1f" : "%.0f", value)
}

function short(value) {
	return value < 10000 ? sprintf("%.0f", value) : sprintf("%.1f k", value / 1000)
}

function span(low, high) {
	return short(low) " – " short(high)
}

function row(scenario, metric, family, way, limit, simple,    line, table, m, l) {
	if (!summarize(metric, family, way))
		return
	m = median
	line = sprintf("{\"scenario\": \"%s\", \"metric\": \"%s\", \"ipFamily\": \"IPv%s\", \"unit\": \"%s\"", scenario,
		metric, family, unit[metric])
	line = line ", \"stentor\": " number(m) ", \"stentorQuartiles\": [" number(q1) ", " number(q3) "]"
	table = sprintf("| %s | %s | IPv%s | %s (%s)", scenario, metric, family, short(m), span(q1, q3))
	summarize(metric, family, limit)
	l = median
	line = line ", \"limit\": " number(l) ", \"limitQuartiles\": [" number(q1) ", " number(q3) "]"
	line = line sprintf(", \"ratioToLimit\": %.3f, \"ratioToLimitQuartiles\": %s", m / l,
		paired(metric, family, way, limit))
	table = table sprintf(" | %s (%s) | **%.2f**", short(l), span(q1, q3), m / l)
	if (summarize(metric, family, simple)) {
		line = line ", \"simple\": " number(median) ", \"simpleQuartiles\": [" number(q1) ", " number(q3) "]"
		line = line sprintf(", \"ratioToSimple\": %.3f, \"ratioToSimpleQuartiles\": %s", m / median,
			paired(metric, family, way, simple))
		table = table sprintf(" | %s | %.2f", short(median), m / median)
	} else {
		table = table " | |"
	}
	if (way ~ /near$/ && summarize(metric, family, "redirect-near")) {
		line = line ", \"redirect\": " number(median) ", \"ratioToRedirect\": " sprintf("%.3f", m / median)
		table = table sprintf(" | %s | %.2f |", short(median), m / median)
	} else {
		table = table " | | |"
	}
	line = line ", \"rounds\": " rounds ", \"commit\": \"" commit "\", \"machine\": \"" machine "\"}"
	printf "%s  %s", (rows++ ? ",\n" : "[\n"), line > json
	print table
}

BEGIN {
	FS = "\t"
	unit["tcp-throughput"] = "Mbit/s"
	unit["tcp-rr"] = "transactions/s"
	unit["tcp-crr"] = "connections/s"
	unit["udp-pps"] = "packets/s"
	metrics = split("tcp-throughput tcp-rr tcp-crr udp-pps", metric_of, " ")
	scenarios = split("same-node cross-node-native cross-node-vxlan cross-node-vxlan-device", scenario_of, " ")
	way_of["same-node"] = "tunnel-near"
	way_of["cross-node-native"] = "native-far"
	way_of["cross-node-vxlan"] = "tunnel-far"
	way_of["cross-node-vxlan-device"] = "device-far"
}

NF == 5 {
	sample[$1, $2, $3, $4] = $5
}

NF == 4 {
	if (!(($1, $2) in nanoseconds))
		program_of[++programs] = $1 SUBSEP $2
	nanoseconds[$1, $2] = nanoseconds[$1, $2] ($3 == 4 ? "" : " / ") $4
	scenario = $2 == "same-node" ? $2 : "cross-node-" $2
	line = sprintf("{\"scenario\": \"%s\", \"metric\": \"program-%s\", \"ipFamily\": \"IPv%s\", \"unit\": \"ns\"",
		scenario, $1, $3)
	program_rows[++lines] = line ", \"stentor\": " $4 ", \"limit\": null, \"simple\": null, \"ratioToLimit\": null"
}

NF == 3 {
	cost_rows[++costs] = sprintf("{\"scenario\": \"node\", \"metric\": \"%s\", \"unit\": \"%s\", \"stentor\": %s", $1, $3, $2)
	cost_lines[costs] = "| " $1 " | " $2 " " $3 " |"
}

END {
	printf "%s; commit %s; %s rounds of %s s each, %s of their parts begun on a busy machine.\n", machine, commit,
		rounds, seconds, loud
	print "Medians, quartiles in brackets; throughput in Mbit/s, the others per second.\n"
	print "| scenario | metric | family | stentor | limit | to limit | simple | to simple | redirect | to redirect |"
	print "|---|---|---|---|---|---|---|---|---|---|"
	for (s = 1; s <= scenarios; s++)
		for (m = 1; m <= metrics; m++)
			for (family = 4; family <= 6; family += 2) {
				way = way_of[scenario_of[s]]
				place = way ~ /near$/ ? "near" : "far"
				row(scenario_of[s], metric_of[m], family, way, "limit-" place, "simple-" place)
			}
	if (programs) {
		print "\nNanoseconds a packet of an established connection takes in a program, IPv4 / IPv6.\n"
		print "| program | same-node | native | vxlan |"
		print "|---|---|---|---|"
		names = split("from_pod to_pod from_net to_net from_overlay to_overlay", name_of, " ")
		for (i = 1; i <= names; i++)
			printf "| %s | %s | %s | %s |\n", name_of[i], nanoseconds[name_of[i], "same-node"],
				nanoseconds[name_of[i], "native"], nanoseconds[name_of[i], "vxlan"]
	}
	for (i = 1; i <= lines; i++)
		printf "%s  %s, \"commit\": \"%s\", \"machine\": \"%s\"}", (rows++ ? ",\n" : "[\n"), program_rows[i], commit,
			machine > json
	if (costs)
		print "\nWhat a node pays.\n\n| figure | |\n|---|---|"
	for (i = 1; i <= costs; i++) {
		print cost_lines[i]
		printf "%s  %s, \"commit\": \"%s\", \"machine\": \"%s\"}", (rows++ ? ",\n" : "[\n"), cost_rows[i], commit,
			machine > json
	}
	print "\n]" > json
}
