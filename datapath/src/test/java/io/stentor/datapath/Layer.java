package io.stentor.datapath;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One layer of a packet as cases write it: `name(value, value, option=value)`.
///
/// A packet is layers with slashes between, as `eth(web, gateway)/ipv4(web, db, ttl=1)/udp(1000, 53)/payload(8)`:
///
/// | layer | values | options |
/// |---|---|---|
/// | eth | source, destination | type |
/// | arp | request or reply, sender's MAC and address, target's MAC and address | |
/// | ipv4 | source, destination | ttl, id, df, mf, offset (bytes), proto, len, tos, checksum, options (hex) |
/// | ipv6 | source, destination | hop, next, len |
/// | hopopts, routing, dstopts | | words (of eight bytes, beyond the first), next |
/// | frag | identification | offset (bytes), more, next |
/// | tcp | ports | flags (letters of FSRPAU), seq, ack, window, checksum |
/// | udp | ports | len, checksum |
/// | sctp | ports | checksum (zero unless it is given) |
/// | icmp, icmpv6 | type, code | id, seq, mtu, checksum |
/// | solicit, advertise | target | mac (its option), flags, checksum |
/// | vxlan | VNI | |
/// | payload | bytes | |
/// | hex | digits | |
/// | cut | bytes that remain of the whole packet | |
///
/// Lengths, next protocols and checksums are right unless an option says otherwise. What follows an ICMP error is
/// the packet that it quotes. Addresses may be names of the case's world. `*` is any number, in expected packets.
record Layer(String name, List<String> values, Map<String, String> options) {

    /// @throws IllegalArgumentException if the text is no packet
    static List<Layer> parse(String text) {
        List<Layer> layers = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int open = text.indexOf('(', at);
            int close = text.indexOf(')', at);
            if (open < 0 || close < open) {
                throw new IllegalArgumentException("not a packet: " + text.substring(at));
            }
            layers.add(layer(text.substring(at, open).strip(), text.substring(open + 1, close)));
            at = close + 1;
            if (at < text.length() && text.charAt(at++) != '/') {
                throw new IllegalArgumentException("a slash is missing before: " + text.substring(at - 1));
            }
        }
        return layers;
    }

    private static Layer layer(String name, String arguments) {
        List<String> values = new ArrayList<>();
        Map<String, String> options = new LinkedHashMap<>();
        for (String argument : arguments.split(",", -1)) {
            String word = argument.strip();
            int equals = word.indexOf('=');
            if (equals >= 0) {
                options.put(word.substring(0, equals), word.substring(equals + 1));
            } else if (!word.isEmpty()) {
                values.add(word);
            }
        }
        return new Layer(name, values, options);
    }

    /// @throws IllegalArgumentException if the layer has fewer values
    String value(int index) {
        if (index >= values.size()) {
            throw new IllegalArgumentException(name + " needs more than " + values.size() + " values");
        }
        return values.get(index);
    }

    int number(int index) {
        return Integer.decode(value(index).equals("*") ? "0" : value(index));
    }

    int option(String option, int otherwise) {
        String text = options.get(option);
        return text == null
                ? otherwise
                : (int) Long.decode(text.equals("*") ? "0" : text).longValue();
    }

    @Override
    public String toString() {
        List<String> words = new ArrayList<>(values);
        options.forEach((option, value) -> words.add(option + "=" + value));
        return name + "(" + String.join(", ", words) + ")";
    }
}
