package io.stentor.lab.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.stentor.kernel.Linux;
import io.stentor.kube.Unruly;
import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabFailure;
import io.stentor.lab.LabSpec;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Plan;
import io.stentor.lab.topology.Shell;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/// A lab of one configuration, driven as a user drives it: by `stentor lab` and by the Kubernetes API.
final class TrafficLab implements AutoCloseable {

    private static final String NAMESPACE = "default";
    private static final int DROPS_SHOWN = 8;

    private final Topology topology;
    private final KubernetesClient client;
    private final Map<String, DropLog> drops = new ConcurrentHashMap<>();
    private final Map<String, Place> pods = new ConcurrentHashMap<>();

    private TrafficLab(Topology topology, KubernetesClient client) {
        this.topology = topology;
        this.client = client;
    }

    /// Starts the lab; an older one of the same name goes first.
    static TrafficLab up(LabSpec spec) throws IOException {
        return up(spec, checkout());
    }

    /// @param home what looks like a checkout, for its programs to run on the nodes
    static TrafficLab up(LabSpec spec, Path home) throws IOException {
        return up(spec, home, Map.of());
    }

    /// @param environment what the lab's programs see besides
    static TrafficLab up(LabSpec spec, Path home, Map<String, String> environment) throws IOException {
        down(spec);
        List<String> command = new ArrayList<>(List.of("env"));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of(home.resolve("scripts/run").toString(), "lab", "io.stentor.lab.LabMain"));
        command.addAll(List.of("up", "--detach", "--name", spec.name()));
        command.addAll(List.of("--nodes", Integer.toString(spec.nodes())));
        command.addAll(List.of("--routing", spec.shape().routing().name()));
        command.addAll(List.of("--underlay", spec.shape().underlay().name()));
        command.addAll(List.of("--ip-family", spec.shape().families().name()));
        spec.settings().forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        LabDirectory directory = LabDirectory.of(spec.name());
        try {
            Shell.run(command, "");
        } catch (LabFailure failed) {
            String logs = logs(directory);
            down(spec);
            throw new AssertionError(failed.getMessage() + logs, failed);
        }
        Config config = Config.fromKubeconfig(Files.readString(directory.kubeconfig()));
        TrafficLab lab = new TrafficLab(
                new Topology(Plan.of(spec), directory),
                new KubernetesClientBuilder().withConfig(config).build());
        for (Host node : lab.topology.plan().nodes()) {
            Path socket = lab.topology.space(node).outside(Path.of("/run/stentor/agent.sock"));
            lab.drops.put(node.name(), DropLog.of(node.name(), socket));
        }
        return lab;
    }

    /// What its programs said last.
    private static String logs(LabDirectory directory) {
        Shell.Result said = Shell.attempt(
                List.of(
                        "sh",
                        "-c",
                        "cd \"$1\" && tail -vn 5 *.log",
                        "sh",
                        directory.logs().toString()),
                "");
        return "\n" + said.out();
    }

    static void down(LabSpec spec) {
        Shell.run(stentor(), "lab", "down", "--name", spec.name());
    }

    /// The checkout that the test is part of.
    static Path checkout() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("stentor"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    static String stentor() {
        return built("stentor");
    }

    /// A program of this checkout.
    static String built(String program) {
        return checkout().resolve(program).toString();
    }

    /// @param number from 1
    Place node(int number) {
        return place(topology.plan().nodes().get(number - 1));
    }

    Place outside() {
        return place(topology.plan().outside());
    }

    /// Where bridges and routes of the underlay are.
    Place fabric() {
        return new Place(
                "fabric",
                topology.fabric().enterNetwork(List.of()),
                topology.plan().fabricAddresses());
    }

    private Place place(Host host) {
        return new Place(host.name(), topology.space(host).enter("", List.of()), host.addresses());
    }

    /// The fabric's address on a node's segment.
    IpAddress gateway(int node, Family family) {
        return topology.plan().nodes().get(node - 1).segment().gateways().stream()
                .filter(address -> address.family() == family)
                .findFirst()
                .orElseThrow();
    }

    DropLog drops(int node) {
        return drops.get("node-" + node);
    }

    /// Asks for a pod that answers on [Place#PORT].
    void createPod(String name, int node, boolean hostNetwork) {
        createPod(name, node, hostNetwork, Map.of());
    }

    /// As [#createPod(String, int, boolean)], with labels by which Services find it.
    void createPod(String name, int node, boolean hostNetwork, Map<String, String> labels) {
        createPod(name, node, hostNetwork, labels, 0);
    }

    /// @param linger seconds that it serves on when it is told to end
    void createPod(String name, int node, boolean hostNetwork, Map<String, String> labels, int linger) {
        client.pods()
                .inNamespace(NAMESPACE)
                .resource(TalkPod.of(name, node, hostNetwork, labels, linger))
                .create();
    }

    /// Asks for a pod whose [Place#PORT] is a port of its node, too.
    void createHarbour(String name, int node, int hostPort) {
        client.pods()
                .inNamespace(NAMESPACE)
                .resource(TalkPod.harbour(name, node, hostPort))
                .create();
    }

    /// Makes a Service.
    ///
    /// @return as the API server completed it
    Service createService(Service service) {
        return client.services().inNamespace(NAMESPACE).resource(service).create();
    }

    /// Says what a balancer outside the cluster would: by which addresses the service is reached.
    ///
    /// @return the service with them
    Service setIngress(Service service, List<IpAddress> addresses) {
        return client.services()
                .inNamespace(NAMESPACE)
                .withName(service.getMetadata().getName())
                .editStatus(known -> new ServiceBuilder(known)
                        .editStatus()
                        .withNewLoadBalancer()
                        .withIngress(addresses.stream()
                                .map(address -> new LoadBalancerIngressBuilder()
                                        .withIp(address.toString())
                                        .build())
                                .toList())
                        .endLoadBalancer()
                        .endStatus()
                        .build());
    }

    /// Makes an EndpointSlice what is given, whatever it was.
    void putSlice(EndpointSlice slice) {
        client.discovery()
                .v1()
                .endpointSlices()
                .inNamespace(NAMESPACE)
                .resource(slice)
                .createOr(NonDeletingOperation::update);
    }

    /// Asks for pods of one node, and waits until they are ready.
    void runPods(int node, String... names) {
        for (String name : names) {
            createPod(name, node, false);
        }
        for (String name : names) {
            awaitPod(name);
        }
    }

    /// Takes a lab down, if it came up, and looks whether it left anything.
    static void end(@Nullable TrafficLab lab, LabSpec spec) throws IOException {
        if (lab != null) {
            lab.close();
        }
        Leftovers.check(spec);
    }

    /// Waits until the pod is ready.
    Place awaitPod(String name) {
        return pods.computeIfAbsent(name, _ -> {
            Pod pod = client.pods()
                    .inNamespace(NAMESPACE)
                    .withName(name)
                    .waitUntilReady(Running.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            JsonNode entrance = control(Json.object()
                    .put("method", "pod")
                    .put("namespace", NAMESPACE)
                    .put("pod", name)
                    .put("container", ""));
            List<String> enter = new ArrayList<>();
            entrance.path("enter").forEach(word -> enter.add(word.asText()));
            return new Place(
                    name,
                    enter,
                    pod.getStatus().getPodIPs().stream()
                            .map(ip -> IpAddress.of(ip.getIp()))
                            .toList());
        });
    }

    Place pod(String name) {
        return awaitPod(name);
    }

    /// Deletes a pod and waits until it is gone.
    void deletePod(String name) {
        askForTheEndOf(name);
        awaitTheEndOf(name);
    }

    void askForTheEndOf(String name) {
        client.pods().inNamespace(NAMESPACE).withName(name).delete();
        pods.remove(name);
    }

    void awaitTheEndOf(String name) {
        client.pods()
                .inNamespace(NAMESPACE)
                .withName(name)
                .waitUntilCondition(pod -> pod == null, Running.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /// Does something to an agent: `kill`, `end` by SIGTERM, `launch`, or `restart` and wait until it is ready.
    JsonNode agent(String method, int node) {
        return control(Json.object().put("method", method).put("node", "node-" + node));
    }

    /// Switches a node off, or on again and waits until it is ready.
    void power(boolean on, int node) {
        agent(on ? "start" : "stop", node);
    }

    void restartOperator() {
        control(Json.object().put("method", "restart").put("node", "operator"));
    }

    /// What the operator has said so far.
    List<String> operatorLog() throws IOException {
        return Files.readAllLines(topology.directory().log("operator"));
    }

    /// What the agent of a node has said so far.
    List<String> agentLog(int node) throws IOException {
        return Files.readAllLines(topology.directory().log("node-" + node));
    }

    /// What the command says on a node.
    Shell.Result stentor(int node, String... words) {
        List<String> command = new ArrayList<>(List.of(stentor()));
        command.addAll(List.of(words));
        return node(node).attempt(command.toArray(String[]::new));
    }

    /// The command of a connectivity test of this cluster, as whoever has its kubeconfig makes it.
    List<String> connectivityTest(String... options) {
        List<String> command = new ArrayList<>(List.of(stentor(), "connectivity", "test", "--kubeconfig"));
        command.add(topology.directory().kubeconfig().toString());
        command.addAll(List.of(options));
        return command;
    }

    String name() {
        return topology.plan().spec().name();
    }

    boolean hasNamespace(String name) {
        return client.namespaces().withName(name).get() != null;
    }

    /// What `stentor status` says on a node.
    JsonNode status(int node) {
        Shell.Result said = node(node).attempt(stentor(), "status", "-o", "json");
        return Json.parse(said.out().getBytes(StandardCharsets.UTF_8));
    }

    /// Makes the Node object say another InternalIP, as a kubelet does that finds one.
    void setInternalIp(int node, IpAddress address) {
        String patch = "{\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"" + address + "\"}]}}";
        client.nodes()
                .withName("node-" + node)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    /// Stands between a node's agent and the API server from its next start on. Whoever asks closes it.
    Unruly disturb(int node) throws IOException {
        NodeSpace space = topology.space(topology.plan().nodes().get(node - 1));
        ServerSocket server = Linux.open()
                .inNamespace(space.netnsFile(), () -> new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")));
        Path kubeconfig = space.outside(NodeSpace.INSIDE.resolve("kubeconfig"));
        String there = Files.readString(kubeconfig);
        Files.writeString(
                kubeconfig, there.replaceFirst("(?m)server: .*$", "server: http://127.0.0.1:" + server.getLocalPort()));
        Config config = client.getConfiguration();
        URI api = URI.create(config.getMasterUrl());
        try {
            SocketFactory sockets = SSLUtils.sslContext(config).getSocketFactory();
            return new Unruly(server, () -> sockets.createSocket(api.getHost(), api.getPort()));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private JsonNode control(ObjectNode request) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(topology.directory().socket()));
            byte[] body = Json.bytes(request);
            ByteBuffer frame = ByteBuffer.allocate(5 + body.length);
            frame.putInt(1 + body.length).put((byte) 'q').put(body).flip();
            channel.write(frame);
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            byte[] answer = in.readNBytes(in.readInt());
            JsonNode json = Json.parse(Arrays.copyOfRange(answer, 1, answer.length));
            if (answer[0] != 'r') {
                throw new AssertionError("'" + request + "' was refused: " + json);
            }
            return json;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What was dropped lately, on every node.
    String lastDrops() {
        StringBuilder text = new StringBuilder();
        drops.values().forEach(log -> text.append(log.last(DROPS_SHOWN)));
        return text.toString();
    }

    @Override
    public void close() {
        drops.values().forEach(DropLog::close);
        client.close();
        down(topology.plan().spec());
    }
}
