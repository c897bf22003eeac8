package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Tells clients which groups, versions and resources there are, in the old form and the aggregated one.
final class Discovery {

    private static final String[] VERBS = {
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"
    };

    private final Registry registry;
    private final String version;

    Discovery(Registry registry, String version) {
        this.registry = registry;
        this.version = version;
    }

    HttpResponse answer(HttpRequest request, List<String> segments) {
        if (!request.method().equals("GET")) {
            throw ApiException.methodNotAllowed("discovery can only be read");
        }
        String path = String.join("/", segments);
        if (path.equals("version")) {
            return HttpResponse.json(200, version());
        }
        if ((path.equals("api") || path.equals("apis")) && wantsAggregated(request)) {
            return aggregated(request, path.equals("api"));
        }
        if (path.equals("api")) {
            ObjectNode versions = Json.object().put("kind", "APIVersions");
            versions.putArray("versions").add("v1");
            return HttpResponse.json(200, versions);
        }
        if (path.equals("apis")) {
            ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
            ArrayNode groups = list.putArray("groups");
            versions().keySet().stream().filter(g -> !g.isEmpty()).forEach(g -> groups.add(group(g)));
            return HttpResponse.json(200, list);
        }
        Map<String, Set<String>> versions = versions();
        if (segments.size() == 2 && segments.getFirst().equals("apis") && versions.containsKey(segments.get(1))) {
            ObjectNode group = Json.object().put("kind", "APIGroup").put("apiVersion", "v1");
            return HttpResponse.json(200, group.setAll(group(segments.get(1))));
        }
        boolean core = path.equals("api/v1");
        if (core || (segments.size() == 3 && segments.getFirst().equals("apis"))) {
            String group = core ? "" : segments.get(1);
            String version = segments.getLast();
            if (versions.getOrDefault(group, Set.of()).contains(version)) {
                return HttpResponse.json(200, resources(group, version));
            }
        }
        throw ApiException.noSuchPath();
    }

    private ObjectNode version() {
        String[] parts = version.substring(1).split("\\.", -1);
        return Json.object()
                .put("major", parts[0])
                .put("minor", parts[1])
                .put("gitVersion", version + "+stentor-lab")
                .put("gitCommit", "")
                .put("gitTreeState", "clean")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "linux/" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64"));
    }

    /// The versions of each group, the preferred one first.
    private Map<String, Set<String>> versions() {
        Map<String, Set<String>> versions = new LinkedHashMap<>();
        for (Kind kind : registry.kindTable().all()) {
            versions.computeIfAbsent(kind.resource().group(), g -> new TreeSet<>(VersionOrder.PREFERRED_FIRST))
                    .add(kind.resource().version());
        }
        Reviews.RESOURCES.keySet().stream().sorted().forEach(g -> versions.put(g, new LinkedHashSet<>(List.of("v1"))));
        return versions;
    }

    private ObjectNode group(String name) {
        ObjectNode group = Json.object().put("name", name);
        ArrayNode versions = group.putArray("versions");
        for (String version : versions().get(name)) {
            versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
        }
        group.set("preferredVersion", versions.get(0));
        return group;
    }

    private ObjectNode resources(String group, String version) {
        ObjectNode list = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
        list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (Served served : served(group, version)) {
            ObjectNode resource = resources
                    .addObject()
                    .put("name", served.name())
                    .put("singularName", served.singular())
                    .put("namespaced", served.namespaced())
                    .put("kind", served.type().kind());
            if (!served.type().group().equals(group) || !served.type().version().equals(version)) {
                resource.put("group", served.type().group());
                resource.put("version", served.type().version());
            }
            served.verbs().forEach(resource.putArray("verbs")::add);
            if (!served.kinds().isEmpty()) {
                Kind kind = served.kinds().getFirst();
                kind.names().shortNames().forEach(resource.withArray("shortNames")::add);
                kind.names().categories().forEach(resource.withArray("categories")::add);
            }
        }
        return list;
    }

    private record Type(String group, String version, String kind) {}

    /// One line of discovery; subresources have a slash in their names.
    ///
    /// @param kinds the kind of a resource that is stored, or nothing
    private record Served(
            String name, String singular, boolean namespaced, Type type, List<String> verbs, List<Kind> kinds) {

        static Served sub(Kind kind, String name, Type type, String... verbs) {
            return new Served(
                    kind.resource().plural() + "/" + name,
                    "",
                    kind.shape().namespaced(),
                    type,
                    List.of(verbs),
                    List.of());
        }
    }

    private List<Served> served(String group, String version) {
        List<Served> all = new ArrayList<>();
        for (Kind kind : registry.kindTable().all()) {
            Resource resource = kind.resource();
            if (!resource.group().equals(group) || !resource.version().equals(version)) {
                continue;
            }
            Type own = new Type(group, version, kind.names().kind());
            all.add(new Served(
                    resource.plural(),
                    kind.names().singular(),
                    kind.shape().namespaced(),
                    own,
                    List.of(VERBS),
                    List.of(kind)));
            if (kind.shape().status()) {
                all.add(Served.sub(kind, "status", own, "get", "patch", "update"));
            }
            if (kind.shape().scale() != null) {
                all.add(Served.sub(kind, "scale", new Type("autoscaling", "v1", "Scale"), "get", "patch", "update"));
            }
            switch (resource.qualified()) {
                case "pods" -> {
                    all.add(Served.sub(kind, "log", own, "get"));
                    all.add(Served.sub(kind, "binding", new Type("", "v1", "Binding"), "create"));
                    all.add(Served.sub(kind, "eviction", new Type("policy", "v1", "Eviction"), "create"));
                }
                case "serviceaccounts" ->
                    all.add(Served.sub(
                            kind, "token", new Type("authentication.k8s.io", "v1", "TokenRequest"), "create"));
                case "namespaces" -> all.add(Served.sub(kind, "finalize", own, "update"));
                default -> {
                    // No more than status and scale.
                }
            }
        }
        for (String name : new TreeSet<>(Reviews.RESOURCES.getOrDefault(group, Set.of()))) {
            Type type = new Type(group, version, REVIEW_KINDS.getOrDefault(name, name));
            all.add(new Served(name, "", name.startsWith("local"), type, List.of("create"), List.of()));
        }
        return all;
    }

    private static final Map<String, String> REVIEW_KINDS = Map.of(
            "tokenreviews", "TokenReview",
            "selfsubjectreviews", "SelfSubjectReview",
            "selfsubjectaccessreviews", "SelfSubjectAccessReview",
            "subjectaccessreviews", "SubjectAccessReview",
            "localsubjectaccessreviews", "LocalSubjectAccessReview",
            "selfsubjectrulesreviews", "SelfSubjectRulesReview");

    private static boolean wantsAggregated(HttpRequest request) {
        return request.header("accept").contains("as=APIGroupDiscoveryList");
    }

    private HttpResponse aggregated(HttpRequest request, boolean core) {
        String form = request.header("accept").contains("v=v2;")
                        || request.header("accept").contains(";v=v2,")
                ? "v2"
                : "v2beta1";
        ObjectNode list = Json.object().put("kind", "APIGroupDiscoveryList");
        list.put("apiVersion", "apidiscovery.k8s.io/" + form).putObject("metadata");
        ArrayNode items = list.putArray("items");
        versions().forEach((group, versions) -> {
            if (group.isEmpty() == core) {
                ObjectNode item = items.addObject();
                item.putObject("metadata").put("name", group);
                ArrayNode array = item.putArray("versions");
                for (String version : versions) {
                    ObjectNode entry = array.addObject().put("version", version).put("freshness", "Current");
                    aggregate(entry.putArray("resources"), served(group, version));
                }
            }
        });
        String type = "application/json;g=apidiscovery.k8s.io;v=" + form + ";as=APIGroupDiscoveryList";
        return new HttpResponse.Whole(200, type, Json.bytes(list), List.of());
    }

    /// A resource's subresources follow it, and stand within it here.
    private static void aggregate(ArrayNode resources, List<Served> all) {
        ObjectNode parent = Json.object();
        for (Served served : all) {
            int slash = served.name().indexOf('/');
            ObjectNode entry = slash < 0
                    ? resources.addObject()
                    : parent.withArray("subresources").addObject();
            if (slash < 0) {
                entry.put("resource", served.name());
                parent = entry;
            } else {
                entry.put("subresource", served.name().substring(slash + 1));
            }
            entry.putObject("responseKind")
                    .put("group", served.type().group())
                    .put("version", served.type().version())
                    .put("kind", served.type().kind());
            served.verbs().forEach(entry.putArray("verbs")::add);
            if (slash < 0) {
                entry.put("scope", served.namespaced() ? "Namespaced" : "Cluster");
                entry.put("singularResource", served.singular());
            }
            for (Kind kind : served.kinds()) {
                kind.names().shortNames().forEach(entry.withArray("shortNames")::add);
                kind.names().categories().forEach(entry.withArray("categories")::add);
            }
        }
    }
}
