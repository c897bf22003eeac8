package io.stentor.kube;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.Cidr;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The file of ranges that pods' packets are not masqueraded to (`enable-ip-masq-agent`): YAML or JSON with
/// `nonMasqueradeCIDRs`, `masqLinkLocal` and `masqLinkLocalIPv6`, as the ip-masq-agent of Kubernetes takes it.
public final class MasqueradeRanges {

    /// Where the Internet is not: what holds while the file names no ranges.
    private static final List<Cidr> PRIVATE = Stream.of(
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "100.64.0.0/10",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "240.0.0.0/4")
            .map(Cidr::of)
            .toList();

    private static final Cidr LINK_LOCAL_IPV4 = Cidr.of("169.254.0.0/16");
    private static final Cidr LINK_LOCAL_IPV6 = Cidr.of("fe80::/10");

    private MasqueradeRanges() {}

    /// Reads the file. One that is missing or empty stands for the defaults; ranges that make no sense are left out.
    public static Translated<List<Cidr>> read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            text = "";
        } catch (IOException e) {
            return failed(file, "cannot be read, and the usual ranges hold: " + e);
        }
        return parse(file, text);
    }

    static Translated<List<Cidr>> parse(Path file, String text) {
        Tree content;
        try {
            content = new Tree(text.isBlank() ? Map.of() : new KubernetesSerialization().unmarshal(text, Map.class));
        } catch (RuntimeException e) {
            return failed(file, "is neither YAML nor JSON, and the usual ranges hold");
        }
        List<Problem> problems = new ArrayList<>();
        List<Cidr> ranges = new ArrayList<>();
        Tree given = content.at("nonMasqueradeCIDRs");
        for (Tree item : given.items()) {
            String range = String.valueOf(item.value());
            Optional<Cidr> cidr = Cidr.parse(range);
            cidr.ifPresent(ranges::add);
            if (cidr.isEmpty()) {
                problems.add(new Problem(file.toString(), "nonMasqueradeCIDRs", "'" + range + "' is not a CIDR"));
            }
        }
        if (given.value() == null) {
            ranges.addAll(PRIVATE);
        }
        if (!isTrue(content.at("masqLinkLocal"))) {
            ranges.add(LINK_LOCAL_IPV4);
        }
        if (!isTrue(content.at("masqLinkLocalIPv6"))) {
            ranges.add(LINK_LOCAL_IPV6);
        }
        return new Translated<>(List.copyOf(ranges), problems);
    }

    private static boolean isTrue(Tree value) {
        return Boolean.TRUE.equals(value.value());
    }

    private static Translated<List<Cidr>> failed(Path file, String reason) {
        List<Cidr> ranges = Stream.concat(PRIVATE.stream(), Stream.of(LINK_LOCAL_IPV4, LINK_LOCAL_IPV6))
                .toList();
        return new Translated<>(ranges, List.of(new Problem(file.toString(), "", reason)));
    }
}
