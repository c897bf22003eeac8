package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Problem;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The values of one program's keys, and what is wrong with them. A value that is wrong reads as its default, so that
/// the search for problems can go on.
final class Values {

    private final Map<String, String> given;
    private final Set<String> wrong = new HashSet<>();
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> remarks = new ArrayList<>();

    /// @param given values by key; only keys that are in the table
    Values(Map<String, String> given) {
        this.given = given;
    }

    /// The program cannot start with this.
    void error(String key, String reason) {
        wrong.add(key);
        errors.add(new Problem("configuration", key, reason));
    }

    /// The program can start, and the user should know.
    void remark(String key, String reason) {
        remarks.add(new Problem("configuration", key, reason));
    }

    /// Whether a check of these keys together makes sense: none of them was found wrong.
    boolean sound(String... keys) {
        for (String key : keys) {
            if (wrong.contains(key)) {
                return false;
            }
        }
        return true;
    }

    List<Problem> errors() {
        return errors;
    }

    List<Problem> remarks() {
        return remarks;
    }

    String text(String key) {
        Key known = Key.ALL.get(key);
        if (known == null) {
            throw new IllegalArgumentException(key + " is not in keys.txt");
        }
        String value = given.get(key);
        boolean usable = value != null && sound(key);
        return usable && !(value.isEmpty() && known.type() instanceof ValueType.Word) ? value : known.fallback();
    }

    boolean bool(String key) {
        return text(key).equals("true");
    }

    int number(String key) {
        return Integer.parseInt(text(key));
    }

    Duration duration(String key) {
        return ValueType.Span.parse(text(key)).orElseThrow();
    }

    Path path(String key) {
        return Path.of(text(key));
    }

    List<String> list(String key) {
        return ValueType.Text.split(text(key));
    }

    List<Cidr> cidrs(String key) {
        return list(key).stream().map(Cidr::of).toList();
    }

    Optional<String> optional(String key) {
        return Optional.of(text(key)).filter(value -> !value.isEmpty());
    }

    /// An address to listen on; empty when there is no value, or the port is none (an error then).
    Optional<InetSocketAddress> listen(String key) {
        String value = text(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        int colon = value.lastIndexOf(':');
        int port = Integer.parseInt(value.substring(colon + 1));
        String host = value.substring(0, colon).replaceAll("[\\[\\]]", "");
        if (port > 65535) {
            error(key, "'" + value + "' has no port from 0 to 65535");
            return Optional.empty();
        }
        try {
            // The pattern of the type lets no name through but localhost, so nothing is resolved here.
            return Optional.of(
                    host.isEmpty()
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException malformed) {
            error(key, "'" + value + "' has no address to listen on");
            return Optional.empty();
        }
    }
}
