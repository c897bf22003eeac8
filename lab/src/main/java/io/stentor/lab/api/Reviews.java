package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Questions that are posted and answered, and never stored: who is this, may they do that. Everyone who is known may
/// do everything: roles are stored and not enforced.
final class Reviews {

    static final Map<String, Set<String>> RESOURCES = Map.of(
            "authentication.k8s.io", Set.of("tokenreviews", "selfsubjectreviews"),
            "authorization.k8s.io",
                    Set.of(
                            "selfsubjectaccessreviews",
                            "subjectaccessreviews",
                            "localsubjectaccessreviews",
                            "selfsubjectrulesreviews"));

    private final Tokens tokens;

    Reviews(Tokens tokens) {
        this.tokens = tokens;
    }

    boolean knows(Resource resource) {
        return resource.version().equals("v1")
                && RESOURCES.getOrDefault(resource.group(), Set.of()).contains(resource.plural());
    }

    HttpResponse answer(HttpRequest request, Target target) {
        if (!request.method().equals("POST")) {
            throw ApiException.methodNotAllowed(target.resource().plural() + " can only be posted");
        }
        ObjectNode review = Body.readObject(request);
        ObjectNode status = review.putObject("status");
        switch (target.resource().plural()) {
            case "tokenreviews" -> token(review, status);
            case "selfsubjectreviews" -> user(status.putObject("userInfo"), request.caller());
            case "selfsubjectrulesreviews" -> {
                ObjectNode rule = status.putArray("resourceRules").addObject();
                rule.putArray("verbs").add("*");
                rule.putArray("apiGroups").add("*");
                rule.putArray("resources").add("*");
                ObjectNode paths = status.putArray("nonResourceRules").addObject();
                paths.putArray("verbs").add("*");
                paths.putArray("nonResourceURLs").add("*");
                status.put("incomplete", false);
            }
            default -> status.put("allowed", true).put("reason", "the lab's API server allows all that are known");
        }
        return HttpResponse.json(201, review);
    }

    private void token(ObjectNode review, ObjectNode status) {
        Optional<Caller> caller = tokens.verify(Json.text(review, "spec.token"), Instant.now());
        status.put("authenticated", caller.isPresent());
        caller.ifPresent(c -> user(status.putObject("user"), c));
    }

    private static void user(ObjectNode user, Caller caller) {
        user.put("username", caller.name());
        caller.groups().forEach(user.putArray("groups")::add);
    }
}
