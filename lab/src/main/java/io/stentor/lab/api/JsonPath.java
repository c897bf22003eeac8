package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The JSONPath that printer columns use: `.a.b`, `['a']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`, `\.` within a name.
final class JsonPath {

    private static final Pattern STEP = Pattern.compile(
            "\\.((?:\\\\.|[^.\\[\\\\])+)"
                    + "|\\[(-?\\d+|\\*)]"
                    + "|\\['([^']*)']"
                    + "|\\[\\?\\(\\s*@\\.((?:\\\\.|[^=!\\s\\\\])+)\\s*(==|!=)\\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\\s]+))\\s*\\)]");

    private JsonPath() {}

    /// All values at a path; none where there is nothing, or where the path is not understood.
    static List<JsonNode> find(JsonNode root, String path) {
        List<JsonNode> here = List.of(root);
        String rest = path.startsWith("$") ? path.substring(1) : path;
        Matcher step = STEP.matcher(rest);
        int at = 0;
        while (at < rest.length()) {
            if (!step.find(at) || step.start() != at) {
                return List.of();
            }
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : here) {
                walk(node, step, next);
            }
            here = next;
            at = step.end();
        }
        return here;
    }

    private static void walk(JsonNode node, Matcher step, List<JsonNode> next) {
        String index = step.group(2);
        if (step.group(1) != null) {
            add(node.path(step.group(1).replace("\\", "")), next);
        } else if (step.group(3) != null) {
            add(node.path(step.group(3)), next);
        } else if (index != null && index.equals("*")) {
            node.forEach(next::add);
        } else if (index != null) {
            int number = Integer.parseInt(index);
            add(node.path(number < 0 ? node.size() + number : number), next);
        } else {
            String wanted = step.group(6) != null ? step.group(6) : step.group(7);
            wanted = wanted != null ? wanted : step.group(8);
            for (JsonNode element : node) {
                List<JsonNode> found = find(element, "." + step.group(4));
                boolean equal = !found.isEmpty() && found.getFirst().asText().equals(wanted);
                if (equal == step.group(5).equals("==")) {
                    next.add(element);
                }
            }
        }
    }

    private static void add(JsonNode node, List<JsonNode> next) {
        if (!node.isMissingNode()) {
            next.add(node);
        }
    }
}
