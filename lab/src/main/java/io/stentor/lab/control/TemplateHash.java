package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/// A short name for a pod template: the same for equal templates, whatever the order of their fields.
final class TemplateHash {

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private TemplateHash() {}

    static String of(JsonNode template) {
        // FNV-1a (draft-eastlake-fnv), 64 bit.
        long hash = 0xcbf29ce484222325L;
        String text = canonical(template);
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            name.append(LETTERS.charAt((int) Long.remainderUnsigned(hash, LETTERS.length())));
            hash = Long.divideUnsigned(hash, LETTERS.length());
        }
        return name.toString();
    }

    private static String canonical(JsonNode node) {
        if (node.isObject()) {
            Map<String, String> fields = new TreeMap<>();
            node.properties().forEach(e -> fields.put(e.getKey(), canonical(e.getValue())));
            return fields.toString();
        }
        if (node.isArray()) {
            StringBuilder all = new StringBuilder("[");
            node.forEach(e -> all.append(canonical(e)).append(','));
            return all.append(']').toString();
        }
        return node.toString();
    }
}
