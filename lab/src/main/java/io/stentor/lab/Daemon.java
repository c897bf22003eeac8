package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import io.stentor.kube.LogSettings;
import io.stentor.kube.Logging;
import io.stentor.lab.api.ApiServer;
import io.stentor.lab.api.ApiServerConfig;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.api.Resource;
import io.stentor.lab.control.ControlConfig;
import io.stentor.lab.control.Controllers;
import io.stentor.lab.kubelet.Kubelet;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The process that a lab lives in: the API server, its controllers, one kubelet a node; agents and operator are its
/// children. It ends by SIGKILL of its cgroup, and has nothing to save.
final class Daemon implements AutoCloseable {

    /// Where the API server listens on the fabric.
    static final int PORT = 6443;

    private static final System.Logger LOG = System.getLogger("lab");
    private static final String VERSION = "v1.32.0";
    private static final int BACKLOG = 128;

    /// Longer than a busy machine makes a kubelet thread wait.
    private static final Duration NODE_GRACE = Duration.ofSeconds(20);

    private final Topology topology;
    private final Checkout checkout;
    private final Kernel kernel = Linux.open();
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private final Map<String, LabNode> nodes = new LinkedHashMap<>();
    private final CompletableFuture<ApiServer> api = new CompletableFuture<>();
    private volatile String address = "";
    private @Nullable Program operator;

    Daemon(Topology topology, Checkout checkout) {
        this.topology = topology;
        this.checkout = checkout;
    }

    /// Brings the lab up, then answers commands until the process is killed.
    void run() throws IOException, InterruptedException {
        Logging.start(new LogSettings(false, false));
        try (ControlServer _ = ControlServer.start(topology.directory(), this::answer)) {
            CompletableFuture<Certificates> certificates = CompletableFuture.supplyAsync(this::certificates);
            topology.create();
            step("underlay: " + topology.plan().hosts().size() + " hosts, "
                    + topology.plan().segments().size() + " segment(s)");
            ApiServer server = serve(certificates.join());
            LabNode.Cluster cluster =
                    new LabNode.Cluster(topology, checkout, certificates.join(), server.objects(), kernel);
            synchronized (nodes) {
                topology.plan().nodes().forEach(host -> nodes.put(host.name(), new LabNode(cluster, host)));
            }
            all().forEach(LabNode::boot);
            step("nodes started");
            startOperator(certificates.join());
            try (FabricRoutes _ = FabricRoutes.start(topology, server.objects())) {
                Thread.currentThread().join();
            }
        }
    }

    private void step(String what) {
        LOG.log(System.Logger.Level.INFO, what);
        progress.add(what);
    }

    private Certificates certificates() {
        List<String> names = new ArrayList<>(List.of(
                "127.0.0.1",
                "::1",
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "10.96.0.1",
                "fd00:10:96::1"));
        topology.plan().fabricAddresses().forEach(a -> names.add(a.toString()));
        return Certificates.create(names);
    }

    private ApiServer serve(Certificates certificates) throws IOException {
        List<Family> families = topology.plan().spec().shape().families().list();
        List<Cidr> services = families.stream()
                .map(family -> Cidr.of(
                        switch (family) {
                            case IPV4 -> "10.96.0.0/16";
                            case IPV6 -> "fd00:10:96::/112";
                        }))
                .toList();
        ApiServer server = ApiServer.start(new ApiServerConfig(certificates, services, this::logs, VERSION));
        ServerSocketChannel local = ServerSocketChannel.open();
        local.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
        int port = ((InetSocketAddress) local.getLocalAddress()).getPort();
        server.listen(local);
        for (IpAddress fabric : topology.plan().fabricAddresses()) {
            InetAddress literal = InetAddress.getByAddress(fabric.bytes());
            server.listen(kernel.inNamespace(
                    topology.fabric().netnsFile(),
                    () -> ServerSocketChannel.open().bind(new InetSocketAddress(literal, PORT), BACKLOG)));
        }
        address = "https://127.0.0.1:" + port;
        certificates.writeKubeconfig(topology.directory().kubeconfig(), address, "admin");
        Controllers.start(server.objects(), control(families, certificates.authorityPem()));
        api.complete(server);
        step("API server at " + address);
        return server;
    }

    private ControlConfig control(List<Family> families, String authority) {
        boolean allocate = !AgentKeys.operatorAllocates(topology.plan().spec());
        List<Cidr> ranges = families.stream()
                .filter(_ -> allocate)
                .map(family -> Cidr.of(
                        switch (family) {
                            case IPV4 -> AgentKeys.CLUSTER_V4;
                            case IPV6 -> AgentKeys.CLUSTER_V6;
                        }))
                .toList();
        return new ControlConfig(ranges, 24, 64, NODE_GRACE, authority);
    }

    private void startOperator(Certificates certificates) {
        LabSpec spec = topology.plan().spec();
        if (!AgentKeys.operatorRuns(spec)) {
            return;
        }
        NodeSpace fabric = topology.fabric();
        NodeFiles files = new NodeFiles(fabric);
        files.writeConfiguration(AgentKeys.of(spec));
        String server = Addresses.https(topology.plan().fabricAddresses().getFirst(), PORT);
        certificates.writeKubeconfig(files.outside(NodeFiles.KUBECONFIG), server, "stentor-operator");
        List<String> command = checkout.command(
                "operator",
                "io.stentor.operator.OperatorMain",
                List.of("--config-dir=" + NodeFiles.CONFIG, "--k8s-kubeconfig-path=" + NodeFiles.KUBECONFIG));
        Program program = new Program(
                "operator", fabric.enter("", command), topology.directory().log("operator"));
        operator = program;
        program.start();
        step("operator started");
    }

    private InputStream logs(PodLogs.Request request) {
        return node(request.node()).kubelet().logs(request);
    }

    private List<LabNode> all() {
        synchronized (nodes) {
            return List.copyOf(nodes.values());
        }
    }

    private LabNode node(String name) {
        topology.plan().node(name);
        synchronized (nodes) {
            LabNode node = nodes.get(name);
            if (node == null) {
                throw new LabFailure("'" + name + "' is not started yet.");
            }
            return node;
        }
    }

    private JsonNode answer(JsonNode request) {
        String name = request.path("node").asText("");
        try {
            return switch (request.path("method").asText()) {
                case "ping" -> Json.object();
                case "status" -> status();
                case "progress" -> progress();
                case "pod" -> enter(request);
                case "demo" -> demo();
                case "kill" -> done(() -> node(name).killAgent());
                case "restart" ->
                    done(() -> {
                        node(name).restartAgent();
                        awaitReady(node(name));
                    });
                case "stop" -> done(() -> node(name).stop());
                case "start" ->
                    done(() -> {
                        node(name).start();
                        awaitReady(node(name));
                    });
                default -> throw new LabFailure(LabFailure.WRONG_USE, "The lab knows no such request: " + request);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted");
        }
    }

    private interface Deed {
        void run() throws InterruptedException;
    }

    private static JsonNode done(Deed deed) throws InterruptedException {
        deed.run();
        return Json.object();
    }

    /// Deploys the demo and waits for the client's first answers, one of each server.
    private JsonNode demo() throws InterruptedException {
        LabNode clients = all().getFirst();
        new Demo(
                        api.join().objects(),
                        checkout.root().resolve("lab/target/hello"),
                        clients.host().name())
                .deploy();
        ObjectNode answer = Json.object();
        PodLogs.Request request = new PodLogs.Request(
                Demo.CLIENT,
                Json.text(api.join().objects().get(Resource.PODS, Demo.CLIENT), "metadata.uid"),
                clients.host().name(),
                "client",
                true,
                OptionalLong.empty(),
                false,
                false,
                OptionalLong.empty());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(logs(request), StandardCharsets.UTF_8))) {
            for (int i = 0; i < Demo.SERVER_COUNT; i++) {
                answer.withArray("answers").add(lines.readLine());
            }
        } catch (IOException e) {
            throw new LabFailure("The client's log cannot be read: " + e.getMessage());
        }
        return answer;
    }

    private void awaitReady(LabNode node) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!new LabStatus(api.join().objects()).ready(node)) {
            node.agentFailure().ifPresent(failure -> {
                throw new LabFailure(failure);
            });
            if (System.nanoTime() > deadline) {
                throw new LabFailure("'" + node.host().name() + "' is not ready after a minute; see 'stentor lab logs "
                        + node.host().name() + "'.");
            }
            Thread.sleep(50);
        }
    }

    private ObjectNode status() {
        ObjectNode status = Json.object()
                .put("name", topology.plan().spec().name())
                .put("apiServer", address)
                .put("kubeconfig", topology.directory().kubeconfig().toString());
        ObjectApi objects = api.isDone() ? api.join().objects() : null;
        status.set("nodes", objects == null ? Json.array() : new LabStatus(objects).nodes(all()));
        return status;
    }

    /// The status, what was done so far, and what went wrong for good.
    private JsonNode progress() {
        ObjectNode status = status();
        progress.forEach(status.withArray("progress")::add);
        Stream.concat(all().stream().map(LabNode::agentFailure).flatMap(failure -> failure.stream()), operatorFailure())
                .findFirst()
                .ifPresent(failure -> status.put("failure", failure));
        return status;
    }

    private Stream<String> operatorFailure() {
        Program program = operator;
        return program != null && program.lastExit().orElse(0) == LabFailure.WRONG_USE
                ? Stream.of("The operator refuses its configuration: "
                        + Tail.lastLine(topology.directory().log("operator")))
                : Stream.empty();
    }

    private JsonNode enter(JsonNode request) {
        ObjectName pod = new ObjectName(
                request.path("namespace").asText(), request.path("pod").asText());
        String node = api.join()
                .objects()
                .find(Resource.PODS, pod)
                .map(p -> Json.text(p, "spec.nodeName"))
                .orElseThrow(() -> new LabFailure("There is no pod '" + pod + "'."));
        if (node.isEmpty()) {
            throw new LabFailure("Pod '" + pod + "' is not on any node yet.");
        }
        Kubelet.Entrance entrance =
                node(node).kubelet().enter(pod, request.path("container").asText(""));
        ObjectNode answer = Json.object();
        entrance.command().forEach(answer.withArray("enter")::add);
        ObjectNode environment = answer.putObject("environment");
        entrance.environment().forEach(environment::put);
        return answer;
    }

    @Override
    public void close() {
        kernel.close();
    }
}
