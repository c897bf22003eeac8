package io.stentor.datapath.compile;

import io.stentor.bpf.Codec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.PersistentMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The numbers that services' ports and backends have in the maps: what a compiler is given beside the state, and
/// gives. They are kept as long as what they are of, over the agent's restarts too, because programs and their maps
/// mean services and backends by them.
///
/// A compiler that starts takes them over from what the kernel holds. Of a service that is its frontends: the port that
/// claims one has the number that stands there. Until services and slices are known completely, what the kernel has of
/// such a port stays as it is ([#isAwaited]): compiled from the half of the slices it would send clients away.
///
/// Immutable.
public final class Numbers {
    /// For a kernel whose maps are empty.
    public static final Numbers NONE = new Numbers(Numbering.none(), Numbering.none(), PersistentMap.empty(), false);

    private final Numbering<PortName> services;
    private final Numbering<Backend> backends;

    /// Numbers of services by the frontends that the kernel had; nothing once all is known.
    private final PersistentMap<FrontendKey, Integer> former;

    /// Whether all is known, and so who will not come for his number.
    private final boolean settled;

    private Numbers(
            Numbering<PortName> services,
            Numbering<Backend> backends,
            PersistentMap<FrontendKey, Integer> former,
            boolean settled) {
        this.services = services;
        this.backends = backends;
        this.former = former;
        this.settled = settled;
    }

    /// Those of a kernel's maps. What there is nobody can have written so is passed over.
    ///
    /// @param backends  entries of that map
    /// @param frontends entries of that map
    public static Numbers restored(List<BpfMap.Entry> backends, List<BpfMap.Entry> frontends) {
        Numbering<Backend> numbered = Numbering.none();
        // Of two numbers of one backend the higher is the younger; the other ends with its entry.
        List<Held<Integer, Backend>> held = backends.stream()
                .flatMap(entry -> Held.of(entry, Maps.BACKENDS.key(), Maps.BACKENDS.value()).stream())
                .filter(entry -> entry.key > 0)
                .sorted((a, b) -> b.key - a.key)
                .toList();
        for (Held<Integer, Backend> entry : held) {
            numbered =
                    numbered.of(entry.value) == null ? numbered.plus(entry.value, entry.key) : numbered.kept(entry.key);
        }
        Numbering<PortName> services = Numbering.none();
        PersistentMap<FrontendKey, Integer> former = PersistentMap.empty();
        for (BpfMap.Entry entry : frontends) {
            Optional<Held<FrontendKey, Frontend>> frontend =
                    Held.of(entry, Maps.FRONTENDS.key(), Maps.FRONTENDS.value());
            if (frontend.filter(f -> f.value.service() > 0).isPresent()) {
                int number = frontend.get().value.service();
                services = services.kept(number);
                former = former.plus(frontend.get().key, number);
            }
        }
        return new Numbers(services, numbered, former, false);
    }

    private record Held<K, V>(K key, V value) {
        static <K, V> Optional<Held<K, V>> of(BpfMap.Entry entry, Codec<K> key, Codec<V> value) {
            try {
                return Optional.of(new Held<>(key.decode(entry.key()), value.decode(entry.value())));
            } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
                return Optional.empty();
            }
        }
    }

    /// The same for a compiler that knows nothing yet.
    Numbers unsettled() {
        return new Numbers(services, backends, former, false);
    }

    /// @return null if the port is no service's
    @Nullable
    Integer service(PortName port) {
        return services.of(port);
    }

    /// @throws NullPointerException if it stands behind no service
    int backend(Backend backend) {
        return Objects.requireNonNull(backends.of(backend), () -> "a backend without a number: " + backend);
    }

    PersistentMap<PortName, Integer> services() {
        return services.all();
    }

    PersistentMap<Backend, Integer> backends() {
        return backends.all();
    }

    /// Whether the kernel has it from before, and all of it may not be known yet.
    boolean isAwaited(FrontendKey frontend) {
        return former.containsKey(frontend);
    }

    /// Whether anything of that kind is left.
    boolean areAwaited() {
        return !former.isEmpty();
    }

    /// The numbers after a change, in which these are those before.
    ///
    /// What comes gets its number before what goes loses his: within one change no number passes from one to
    /// another, so that a map's entries can be made anew one by one.
    Numbers next(Change change) {
        List<PortName> ports = ServiceSubjects.portsComeOrGone(change).sorted().toList();
        List<Backend> ends = ServiceSubjects.backendsComeOrGone(change)
                .sorted(Standing.ORDER)
                .toList();
        Facts after = change.after();
        Numbering<PortName> nextServices = services;
        for (PortName port : ports) {
            nextServices = after.has(port) ? given(port, nextServices, after) : nextServices;
        }
        Numbering<Backend> nextBackends = backends;
        for (Backend end : ends) {
            nextBackends = after.has(end) ? nextBackends.plus(end) : nextBackends;
        }
        for (PortName port : ports) {
            nextServices = after.has(port) ? nextServices : nextServices.minus(port);
        }
        for (Backend end : ends) {
            nextBackends = after.has(end) ? nextBackends : nextBackends.minus(end);
        }
        boolean knows = after.knowsServices();
        return knows && !settled
                ? new Numbers(nextServices.only(after::has), nextBackends.only(after::has), PersistentMap.empty(), true)
                : new Numbers(nextServices, nextBackends, former, settled);
    }

    private Numbering<PortName> given(PortName port, Numbering<PortName> numbering, Facts after) {
        if (former.isEmpty() || numbering.of(port) != null) {
            return numbering.plus(port);
        }
        return after.claims(port)
                .filter(claim -> former.containsKey(claim.at()))
                .filter(claim -> Claim.winner(claim.at(), after)
                        .filter(winner -> winner.portName().equals(port))
                        .isPresent())
                .map(claim -> Objects.requireNonNull(former.get(claim.at())))
                .filter(numbering::isKept)
                .findFirst()
                .map(number -> numbering.plus(port, number))
                .orElseGet(() -> numbering.plus(port));
    }
}
