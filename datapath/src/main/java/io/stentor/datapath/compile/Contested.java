package io.stentor.datapath.compile;

import io.stentor.bpf.generated.FrontendKey;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.Table;
import java.util.List;
import java.util.stream.Stream;

/// The addresses and ports that several services claim: known at the cost of what changed, and told at the cost of
/// their own number. Immutable.
final class Contested {
    static final Contested NOTHING = new Contested(PersistentMap.empty());

    /// As a set.
    private final PersistentMap<FrontendKey, Boolean> frontends;

    private Contested(PersistentMap<FrontendKey, Boolean> frontends) {
        this.frontends = frontends;
    }

    /// Those after a change, in which these are those before.
    Contested next(Change change) {
        PersistentMap<FrontendKey, Boolean> next = frontends;
        for (FrontendKey at : change.rows(Table.SERVICES)
                .flatMap(service -> Claim.of(service).stream())
                .map(Claim::at)
                .distinct()
                .toList()) {
            boolean contested =
                    change.after().all(Facts.SERVICES_BY_FRONTEND, at).size() > 1;
            next = contested ? next.plus(at, true) : next.minus(at);
        }
        return new Contested(next);
    }

    /// One for each address and port that a service claims and another has, sorted.
    ///
    /// @param facts those that these are of
    List<Problem> problems(Facts facts) {
        return frontends
                .keys()
                .flatMap(at -> Claim.winner(at, facts).stream().flatMap(winner -> losers(winner, facts)))
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .toList();
    }

    private static Stream<Problem> losers(Claim winner, Facts facts) {
        return facts.all(Facts.SERVICES_BY_FRONTEND, winner.at())
                .values()
                .filter(service -> !service.name().equals(winner.service().name()))
                .flatMap(service -> Claim.of(service).stream())
                .filter(claim -> claim.at().equals(winner.at()))
                .map(claim -> problem(claim, winner));
    }

    private static Problem problem(Claim claim, Claim winner) {
        return new Problem(
                claim.service().name().object(),
                claim.field(),
                claim.text() + " is taken: it belongs to "
                        + winner.service().name().object()
                        + ", which was there first; give one of the two another address or port");
    }
}
