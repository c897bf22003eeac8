package io.stentor.datapath;

import io.stentor.bpf.generated.DropReason;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.datapath.compile.Keys;
import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What a run was to count and to report, and what it did, in the same words.
final class Reports {
    private final World world;
    private final List<PacketCase.Report> expected;

    Reports(World world, List<PacketCase.Report> expected) {
        this.world = world;
        this.expected = expected;
    }

    /// Expected counters: `drop REASON egress`, `forward ingress`.
    Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        for (PacketCase.Report report : expected) {
            if (!report.kind().equals("trace")) {
                String subject = report.kind().equals("drop") ? " " + report.subject() : "";
                counters.merge(report.kind() + subject + " " + report.direction(), 1L, Long::sum);
            }
        }
        return counters;
    }

    /// What a run added.
    Map<String, Long> counted(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> counted = new TreeMap<>();
        after.forEach((name, packets) -> {
            long more = packets - before.getOrDefault(name, 0L);
            if (more != 0) {
                counted.put(name, more);
            }
        });
        return counted;
    }

    /// Expected events, each with the fields that the case names.
    List<Map<String, String>> events() {
        List<Map<String, String>> events = new ArrayList<>();
        for (PacketCase.Report report : expected) {
            if (!report.kind().equals("forward")) {
                Map<String, String> fields = new TreeMap<>();
                fields.put("event", report.kind() + " " + report.subject() + " " + report.direction());
                report.fields().forEach((field, value) -> fields.put(field, value(field, value, report)));
                events.add(fields);
            }
        }
        return events;
    }

    /// Names become addresses of the family that the case says, IPv4 unless it says so.
    private String value(String field, String value, PacketCase.Report report) {
        boolean address = field.equals("source") || field.equals("destination");
        boolean v6 = "IPV6".equals(report.fields().get("family"));
        return address ? world.address(value, v6 ? Family.IPV6 : Family.IPV4).toString() : value;
    }

    /// Events with the fields that the case names at their place; all fields where it has no such event.
    List<Map<String, String>> seen(List<Event> events) {
        List<Map<String, String>> wanted = events();
        List<Map<String, String>> seen = new ArrayList<>();
        for (Event event : events) {
            Map<String, String> fields = fields(event);
            if (seen.size() < wanted.size()) {
                fields.keySet().retainAll(wanted.get(seen.size()).keySet());
            }
            seen.add(fields);
        }
        return seen;
    }

    private static Map<String, String> fields(Event event) {
        Map<String, String> fields = new TreeMap<>();
        boolean drop = event.type() == EventType.DROP;
        String subject =
                drop ? DropReason.of(event.dropReason()).name() : event.point().name();
        String direction = event.direction().name().toLowerCase(Locale.ROOT);
        fields.put("event", (drop ? "drop " : "trace ") + subject + " " + direction);
        fields.put("point", event.point().name());
        fields.put("source", Keys.address(event.source(), event.family()).toString());
        fields.put(
                "destination", Keys.address(event.destination(), event.family()).toString());
        fields.put("source_port", String.valueOf(event.sourcePort()));
        fields.put("destination_port", String.valueOf(event.destinationPort()));
        fields.put("source_identity", String.valueOf(event.sourceIdentity()));
        fields.put("destination_identity", String.valueOf(event.destinationIdentity()));
        fields.put("source_endpoint", String.valueOf(event.sourceEndpoint()));
        fields.put("destination_endpoint", String.valueOf(event.destinationEndpoint()));
        fields.put("length", String.valueOf(event.length()));
        fields.put("ct_state", event.ctState().name());
        fields.put("family", event.family() == 6 ? "IPV6" : event.family() == 4 ? "IPV4" : "none");
        fields.put("protocol", String.valueOf(event.protocol()));
        fields.put("tcp_flags", String.valueOf(event.tcpFlags()));
        fields.put("icmp_type", String.valueOf(event.icmpType()));
        fields.put("icmp_code", String.valueOf(event.icmpCode()));
        return fields;
    }
}
