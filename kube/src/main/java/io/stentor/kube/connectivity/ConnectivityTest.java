package io.stentor.kube.connectivity;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.stentor.kube.KubeClient;
import io.stentor.kube.connectivity.Case.Body;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// A run against a cluster: makes a namespace with servers, has clients ask, lets pods come and go and agents restart,
/// and takes everything away.
public final class ConnectivityTest implements AutoCloseable {

    private final KubernetesClient kubernetes;
    private final KubeClient client;
    private final Options options;
    private final TestBed bed;
    private final long began = System.nanoTime();
    private final Progress progress;
    private long asked = began;
    private final List<Result> results = new ArrayList<>();

    public ConnectivityTest(KubeClient client, Options options, Progress progress) {
        this.client = client;
        this.progress = progress;
        this.kubernetes = client.kubernetes();
        this.options = options;
        this.bed = new TestBed(kubernetes, options.pods(), options.times().all());
    }

    /// What a run puts into pods.
    ///
    /// @param architecture that it runs on, as nodes tell theirs
    /// @param base64       an executable
    public record Program(String architecture, String base64) {}

    /// @throws ConnectivityFailure if it cannot be begun
    /// @throws IOException         with a sentence, when the API server does not answer or refuses
    public Report run(Program program) throws IOException, InterruptedException {
        try {
            List<String> nodes = Nodes.choose(
                    kubernetes.nodes().list().getItems(), options.pods().nodes(), program.architecture());
            progress.step("cluster " + client.server() + ", testing " + String.join(" and ", nodes)
                    + " in the namespace " + options.pods().namespace());
            bed.prepare(program.base64(), progress);
            Servers servers = Servers.start(bed, options, nodes, progress);
            boolean tunnel = options.around().tunnel().orElseGet(servers::looksTunnelled);
            progress.step("routing: " + (tunnel ? "tunnel" : "native") + ", "
                    + options.around().tunnel().map(_ -> "as was said").orElse("by the pods' MTU"));
            asked = System.nanoTime();
            List<Trial> trials = trials(servers, nodes, tunnel);
            new Questions(bed, options, nodes).ask(numbered(trials, servers), progress, this::end);
            scenarios(trials, nodes);
            return new Report(
                    client.server(),
                    nodes,
                    tunnel ? "tunnel" : "native",
                    List.copyOf(results),
                    drops(nodes),
                    since(began));
        } catch (KubernetesClientException refused) {
            throw new IOException(
                    client.problem().map(problem -> problem.reason()).orElse(String.valueOf(refused.getMessage())),
                    refused);
        }
    }

    /// Whether the API server could not be reached.
    public boolean unreachable() {
        return client.problem().isPresent();
    }

    /// What can be had; what cannot ends here.
    private List<Trial> trials(Servers servers, List<String> nodes, boolean tunnel) {
        List<Trial> trials = new ArrayList<>();
        String run = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        for (Family family : Family.values()) {
            Map<Place, IpAddress> addresses = servers.addresses(family);
            int mtu = Optional.ofNullable(servers.serving().get(Place.NEAR))
                    .map(Servers.Server::mtu)
                    .orElse(0);
            Scene scene = new Scene(
                    family,
                    addresses,
                    new Scene.Network(
                            nodes.size() > 1, tunnel, mtu, options.pods().port(), servers.tunnelMacs()),
                    options.around().of(family),
                    run);
            boolean absent = addresses.isEmpty() && !servers.serving().isEmpty();
            for (Case each : options.cases()) {
                Trial trial = new Trial(each, scene);
                Optional<String> missing =
                        absent ? Optional.of("pods have no address of this family") : each.missing(scene);
                if (missing.isPresent()) {
                    end(trial, new Verdict.Skipped(missing.get()));
                } else {
                    trials.add(trial);
                }
            }
        }
        return trials;
    }

    private List<Trial> numbered(List<Trial> trials, Servers servers) {
        List<Trial> numbered = new ArrayList<>();
        int number = 1;
        for (Trial trial : trials) {
            if (!(trial.what().body() instanceof Body.Questions)) {
                continue;
            }
            try {
                number = trial.number(number);
                numbered.add(trial);
            } catch (Scene.Absent absent) {
                end(trial, failed(absent, servers));
            }
        }
        return numbered;
    }

    private static Verdict failed(Scene.Absent absent, Servers servers) {
        String why =
                servers.absent().getOrDefault(absent.place(), absent.place().pod() + " has no address of this family");
        return new Verdict.Failed(List.of(why));
    }

    private void scenarios(List<Trial> trials, List<String> nodes) throws InterruptedException {
        List<Trial> lifecycles = of(Body.Lifecycle.class, trials);
        List<Trial> restarts = of(Body.Restart.class, trials);
        asked = System.nanoTime();
        if (!lifecycles.isEmpty()) {
            end(lifecycles, new Lifecycle(bed, options, nodes).run(scenes(lifecycles), progress));
        }
        asked = System.nanoTime();
        if (!restarts.isEmpty()) {
            Disruption disruption = new Disruption(kubernetes, options.agents());
            try {
                end(restarts, new Restart(bed, options, disruption, nodes).run(scenes(restarts), progress));
            } catch (Scene.Absent absent) {
                restarts.forEach(trial -> end(trial, new Verdict.Failed(List.of("server " + absent.getMessage()))));
            }
        }
    }

    private static List<Trial> of(Class<? extends Body> kind, List<Trial> trials) {
        return trials.stream()
                .filter(trial -> kind.isInstance(trial.what().body()))
                .toList();
    }

    private static List<Scene> scenes(List<Trial> trials) {
        return trials.stream().map(Trial::scene).toList();
    }

    private void end(List<Trial> trials, List<Verdict> verdicts) {
        for (int i = 0; i < trials.size(); i++) {
            end(trials.get(i), verdicts.get(i));
        }
    }

    private void end(Trial trial, Verdict verdict) {
        Result result = new Result(
                trial.what().name(),
                trial.scene().family().name().toLowerCase(Locale.ROOT),
                trial.what().sentence(),
                verdict,
                since(asked));
        results.add(result);
        progress.ended(result);
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private List<String> drops(List<String> nodes) {
        List<String> drops = new ArrayList<>();
        for (Place host : nodes.size() > 1 ? List.of(Place.NEAR_HOST, Place.FAR_HOST) : List.of(Place.NEAR_HOST)) {
            drops.addAll(Drops.since(Servers.node(host, nodes), bed.log(host.pod())));
        }
        return drops;
    }

    /// Takes away what it made, unless it is to be kept. May be called by another thread, in the middle of a run.
    @Override
    public void close() {
        bed.end().ifPresent(progress::step);
    }
}
