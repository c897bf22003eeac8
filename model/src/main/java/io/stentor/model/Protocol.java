package io.stentor.model;

import java.util.Optional;

/// What services carry, by IANA's numbers.
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /// As in an IP header.
    public int number() {
        return number;
    }

    /// By the name that Kubernetes has for it.
    public static Optional<Protocol> parse(String name) {
        return switch (name) {
            case "TCP" -> Optional.of(TCP);
            case "UDP" -> Optional.of(UDP);
            case "SCTP" -> Optional.of(SCTP);
            default -> Optional.empty();
        };
    }
}
