package io.stentor.kube.connectivity;

import io.stentor.model.IpAddress;
import java.util.Optional;
import java.util.function.Predicate;

/// What the answer to a task has to be.
///
/// @param wanted for people: follows "expected"
/// @param met    by an answer
record Expectation(String wanted, Predicate<Answer> met) {

    static Expectation outcome(String outcome) {
        return new Expectation("'" + outcome + "'", answer -> answer.outcome().equals(outcome));
    }

    /// The server answers, and sees the address that the client has itself.
    static Expectation seenAsItself() {
        return new Expectation(
                "an answer by a server that sees the sender's own address",
                answer -> answer.outcome().equals("answered")
                        && address(answer, "peer").isPresent()
                        && address(answer, "peer").equals(address(answer, "self")));
    }

    /// The server answers, and sees this address.
    static Expectation seenAs(IpAddress address, String whose) {
        return new Expectation(
                "an answer by a server that sees " + address + " (" + whose + ")",
                answer -> answer.outcome().equals("answered")
                        && address(answer, "peer").equals(Optional.of(address)));
    }

    /// Somebody listens.
    static Expectation listening() {
        return new Expectation(
                "a connection",
                answer ->
                        answer.outcome().equals("answered") || answer.outcome().equals("connected"));
    }

    /// An ICMP error of this kind, from this address.
    static Expectation errorBy(String outcome, IpAddress by) {
        return new Expectation(
                "'" + outcome + "' by " + by,
                answer -> answer.outcome().equals(outcome)
                        && address(answer, "by").equals(Optional.of(by)));
    }

    /// Too big, for a path that takes less than this.
    static Expectation tooBigBelow(int mtu) {
        return new Expectation(
                "'too-big' with an MTU below " + mtu,
                answer -> answer.outcome().equals("too-big") && answer.number("mtu") > 0 && answer.number("mtu") < mtu);
    }

    /// What was forged did not arrive, what was honest did.
    static Expectation forgeryDropped() {
        return new Expectation(
                "the honest datagram seen by the server, and the forged one not",
                answer -> answer.outcome().equals("sent")
                        && answer.field("control").equals(Optional.of("seen"))
                        && answer.field("forged").equals(Optional.of("unseen")));
    }

    private static Optional<IpAddress> address(Answer answer, String field) {
        return answer.field(field).flatMap(IpAddress::parse);
    }

    Judgement judge(Answer answer) {
        return switch (answer.outcome()) {
            case "unable" ->
                new Judgement.Impossible("the pods lack "
                        + answer.field("lacks").orElse("a capability")
                        + ": the namespace's policy or the runtime took it away");
            case "forbidden-here" ->
                new Judgement.Impossible("the outside server does not make connections: start it with --calls");
            default -> met.test(answer) ? Judgement.FINE : new Judgement.Wrong(wanted);
        };
    }
}
