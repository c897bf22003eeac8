package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;

/// An event on one line: time, verdict, where, who to whom, what, why.
final class EventLine {
    private EventLine() {}

    static String of(JsonNode event) {
        StringBuilder line = new StringBuilder();
        // 2026-01-02T03:04:05.678901Z: what is between T and the milliseconds' end.
        String time = event.path("time").asText();
        line.append(time.length() >= 23 ? time.substring(11, 23) : time);
        boolean drop = event.path("type").asText().equals("drop");
        line.append(drop ? " drop  " : " trace ");
        pad(line, event.path("point").asText(), 13);
        pad(line, link(event), 15);
        line.append(party(event.path("source"))).append(" -> ").append(party(event.path("destination")));
        line.append(' ').append(event.path("protocol").asText("unreadable"));
        event.path("flags").forEach(flag -> line.append(' ').append(flag.asText()));
        if (event.has("icmpType")) {
            line.append(" type ").append(event.path("icmpType").asText());
            line.append(" code ").append(event.path("icmpCode").asText());
        }
        line.append(", ").append(event.path("length").asText()).append(" bytes");
        line.append(
                drop
                        ? ": " + event.path("reason").asText()
                        : ", " + event.path("connection").asText());
        return line.toString();
    }

    private static void pad(StringBuilder line, String cell, int width) {
        line.append(cell).repeat(" ", Math.max(0, width - cell.length()) + 1);
    }

    private static String link(JsonNode event) {
        String name = event.path("interface").asText();
        return name.isEmpty() ? "ifindex " + event.path("ifindex").asText() : name;
    }

    private static String party(JsonNode party) {
        String address = party.path("address").asText();
        String port = party.path("port").asText();
        String place =
                port.isEmpty() ? address : address.contains(":") ? "[" + address + "]:" + port : address + ":" + port;
        String who = party.path("who").asText();
        return place.isEmpty() ? who : place + " (" + who + ")";
    }
}
