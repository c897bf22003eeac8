package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Services' maps for people: an entry a line, a list of backends a line.
final class ServiceMapsText {
    private static final Comparator<FrontendKey> ORDER = Comparator.comparing(FrontendKey::family)
            .thenComparing((a, b) ->
                    Long.compareUnsigned(a.address().high(), b.address().high()))
            .thenComparing((a, b) ->
                    Long.compareUnsigned(a.address().low(), b.address().low()))
            .thenComparingInt(FrontendKey::port)
            .thenComparingInt(FrontendKey::protocol);

    private ServiceMapsText() {}

    static List<String> lines(List<MapImage<?, ?>> images, List<Problem> problems) {
        List<String> lines = new ArrayList<>();
        Unnumbered.decoded(Maps.BACKENDS, images).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> "backend %d: %s".formatted(entry.getKey(), text(entry.getValue())))
                .forEach(lines::add);
        lists(images).forEach((list, places) -> lines.add("list %d: %s".formatted(list, places.values())));
        Unnumbered.decoded(Maps.MEMBERS, images).keySet().stream()
                .map(member -> "member of %d: %d".formatted(member.list(), member.backend()))
                .sorted()
                .forEach(lines::add);
        Unnumbered.decoded(Maps.SOURCE_RANGES, images).keySet().stream()
                .map(range -> "range of service %d: %s, %d bits"
                        .formatted(
                                range.service(), Keys.address(range.address(), range.family()), range.prefixLength()))
                .sorted()
                .forEach(lines::add);
        Unnumbered.decoded(Maps.FRONTENDS, images).entrySet().stream()
                .sorted(Map.Entry.comparingByKey(ORDER))
                .map(entry -> "frontend " + text(entry.getKey()) + ": " + text(entry.getValue()))
                .forEach(lines::add);
        problems.forEach(problem -> lines.add("problem: " + problem));
        return lines;
    }

    private static Map<Integer, Map<Integer, Integer>> lists(List<MapImage<?, ?>> images) {
        Map<Integer, Map<Integer, Integer>> lists = new TreeMap<>();
        Unnumbered.decoded(Maps.SLOTS, images)
                .forEach((SlotKey key, Integer backend) ->
                        lists.computeIfAbsent(key.list(), _ -> new TreeMap<>()).put(key.slot(), backend));
        return lists;
    }

    private static String text(Backend backend) {
        return end(backend.address(), backend.family(), backend.port(), backend.protocol());
    }

    private static String text(FrontendKey key) {
        return end(key.address(), key.family(), key.port(), key.protocol());
    }

    private static String end(Bytes16 address, Family family, int port, int protocol) {
        return "%s port %d/%d".formatted(Keys.address(address, family.code()), port, protocol);
    }

    private static String text(Frontend frontend) {
        StringBuilder text = new StringBuilder("service %d, inside %d of list %d, outside %d of list %d"
                .formatted(
                        frontend.service(),
                        frontend.insideCount(),
                        frontend.inside(),
                        frontend.outsideCount(),
                        frontend.outside()));
        text.append(frontend.affinitySeconds() == 0 ? "" : ", kept " + frontend.affinitySeconds() + " s");
        flag(text, frontend, FrontendFlag.OUTSIDE, "OUTSIDE");
        flag(text, frontend, FrontendFlag.LOCAL, "LOCAL");
        flag(text, frontend, FrontendFlag.RANGES, "RANGES");
        flag(text, frontend, FrontendFlag.RANGES_DENY, "RANGES_DENY");
        flag(text, frontend, FrontendFlag.THIS_NODE, "THIS_NODE");
        flag(text, frontend, FrontendFlag.FOREIGN, "FOREIGN");
        return text.toString();
    }

    private static void flag(StringBuilder text, Frontend frontend, int flag, String name) {
        text.append((frontend.flags() & flag) == 0 ? "" : ", " + name);
    }
}
