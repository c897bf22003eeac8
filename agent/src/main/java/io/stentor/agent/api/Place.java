package io.stentor.agent.api;

import io.stentor.model.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An address as people write it, with a port or without: `10.96.0.1`, `10.96.0.1:80`, `fd00::1`,
/// `[fd00::1]:80`.
record Place(IpAddress address, OptionalInt port) {
    private static final Pattern BRACKETS = Pattern.compile("\\[(.*)](?::([0-9]{1,5}))?");
    private static final Pattern PLAIN = Pattern.compile("([^:]*)(?::([0-9]{1,5}))?");
    private static final int PORTS = 65535;

    static Optional<Place> parse(String text) {
        Optional<IpAddress> alone = IpAddress.parse(text);
        if (alone.isPresent()) {
            return alone.map(address -> new Place(address, OptionalInt.empty()));
        }
        Matcher written = text.startsWith("[") ? BRACKETS.matcher(text) : PLAIN.matcher(text);
        if (!written.matches()) {
            return Optional.empty();
        }
        OptionalInt port =
                written.group(2) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(written.group(2)));
        return IpAddress.parse(written.group(1))
                .filter(_ -> port.isEmpty() || (port.getAsInt() > 0 && port.getAsInt() <= PORTS))
                .map(address -> new Place(address, port));
    }
}
