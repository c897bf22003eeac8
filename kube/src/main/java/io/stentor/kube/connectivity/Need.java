package io.stentor.kube.connectivity;

import java.util.Optional;

/// What a case cannot be had without.
enum Need {
    TWO_NODES,
    NATIVE,
    TUNNEL,
    TARGET,
    OUTSIDE,
    UNMASQUERADED,
    NARROW;

    /// Why the scene does not have it.
    Optional<String> missing(Scene scene) {
        boolean there = switch (this) {
            case TWO_NODES -> scene.network().twoNodes();
            case NATIVE -> !scene.network().tunnel();
            case TUNNEL -> scene.network().tunnel();
            case TARGET -> !scene.strangers().targets().isEmpty();
            case OUTSIDE -> scene.strangers().server().isPresent();
            case UNMASQUERADED -> scene.strangers().unmasqueraded().isPresent();
            case NARROW -> scene.strangers().narrow().isPresent();
        };
        return there ? Optional.empty() : Optional.of(reason());
    }

    private String reason() {
        return switch (this) {
            case TWO_NODES -> "there is one node only";
            case NATIVE -> "pods' addresses are not routed: the nodes use a tunnel";
            case TUNNEL -> "there is no tunnel: routing is native";
            case TARGET -> "no host outside is known: --external-target or --outside names one";
            case OUTSIDE ->
                "no server of ours is outside: start 'stentor connectivity serve' there and name it with --outside";
            case UNMASQUERADED -> "no server in a range that is not masqueraded is known: --unmasqueraded names one";
            case NARROW -> "no server behind a link with a smaller MTU is known: --narrow names one";
        };
    }
}
