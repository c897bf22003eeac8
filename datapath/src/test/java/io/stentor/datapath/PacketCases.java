package io.stentor.datapath;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The packet cases in `case/`.
final class PacketCases {
    private PacketCases() {}

    static List<PacketCase> all() {
        try (Stream<Path> files = Files.list(Path.of(
                Objects.requireNonNull(PacketCases.class.getResource("case")).toURI()))) {
            return files.sorted().map(PacketCases::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static PacketCase read(Path file) {
        try {
            return PacketCase.parse(file.getFileName().toString().replace(".txt", ""), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
