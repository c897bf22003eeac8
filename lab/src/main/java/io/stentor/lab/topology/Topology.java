package io.stentor.lab.topology;

import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Makes and removes what a [Plan] says. Each step can be repeated after a failure half-way, [Removal] takes
/// everything away.
public final class Topology {

    private static final System.Logger LOG = System.getLogger("topology");
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(20);

    /// Makes namespaces and keeps them in the files `$1` to `$3`, from inside the cgroup `$4`.
    ///
    /// A mount namespace can be kept in a file only where the mounts are of an older one. Linux 6.18 tells the
    /// age by numbers that each processor takes from a block of its own: where these mounts are not the machine's
    /// first, the new namespace may seem to be the older one, and another processor has to make it.
    private static final String KEEP = """
            echo 0 > "$4/cgroup.procs"
            unshare --uts="$1" --cgroup="$2" true
            for cpu in $(seq 0 "$(($(nproc --all) - 1))"); do
              if said=$(taskset -c "$cpu" unshare --mount="$3" --propagation=private true 2>&1); then exit 0; fi
            done
            echo "$said" >&2
            exit 1
            """;

    private static final String FURNISH = """
            hostname "$1"
            mount --bind "$2" /run
            mount -t sysfs sysfs /sys
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            mount -t bpf bpf /sys/fs/bpf
            mount -t tmpfs -o mode=0755 tmpfs /run/stentor-node/bin
            mount --bind /run/stentor-node/hosts /etc/hosts
            # Where the machine's resolv.conf is a link into its /run, pods mount theirs over what it points to.
            resolv=$(readlink -m /etc/resolv.conf)
            case $resolv in /run/*) mkdir -p "${resolv%/*}"; : > "$resolv" ;; esac
            """;

    private final Plan plan;
    private final Links links;
    private final LabDirectory directory;

    public Topology(Plan plan, LabDirectory directory) {
        this.plan = plan;
        this.links = new Links(plan);
        this.directory = directory;
    }

    public Plan plan() {
        return plan;
    }

    public LabDirectory directory() {
        return directory;
    }

    /// The inside of a node or of `outside`.
    public NodeSpace space(Host host) {
        return space(host.name(), host.namespace());
    }

    /// The inside of the fabric, where the lab's control plane runs.
    public NodeSpace fabric() {
        return space(Plan.FABRIC, plan.fabric());
    }

    private NodeSpace space(String name, String netns) {
        Cgroup lab = Cgroup.ofLab(plan.spec().name());
        return new NodeSpace(netns, directory.node(name), lab.child(name));
    }

    /// Makes the fabric and all hosts.
    public void create() {
        Shell.run(List.of("ip", "-batch", "-"), lines(plan.namespaces().stream().map(name -> "netns add " + name)));
        enclose(Plan.FABRIC, fabric());
        sysctls(fabric(), Links.fabricSysctls());
        Shell.run(List.of("ip", "-n", plan.fabric(), "-batch", "-"), lines(links.fabric().stream()));
        if (!links.filter().isEmpty()) {
            Shell.run(fabric().enterNetwork(List.of("nft", "-f", "-")), links.filter());
        }
        plan.hosts().forEach(this::furnish);
        LOG.log(
                System.Logger.Level.INFO,
                "underlay made nodes={0}",
                plan.nodes().size());
    }

    /// Makes one host again after [#powerOff].
    public void powerOn(Host host) {
        Shell.run("ip", "netns", "add", host.namespace());
        Shell.run(List.of("ip", "-n", plan.fabric(), "-batch", "-"), lines(links.attach(host).stream()));
        furnish(host);
    }

    /// Ends everything that runs on a host and takes its namespaces away; its files stay.
    public void powerOff(Host host) throws InterruptedException {
        NodeSpace space = space(host);
        if (!space.cgroup().kill(KILL_PATIENCE)) {
            throw new LabFailure("Processes on " + host.name() + " do not end; see "
                    + space.cgroup().procs() + ".");
        }
        // A namespace ends some time after its name; its link would be in the way of the next one.
        Shell.run("ip", "-n", plan.fabric(), "link", "delete", host.port());
        Removal.leave(space);
        space.cgroup().remove();
        // What a machine forgets when it is switched off: all of /run but the node's own directory.
        Removal.deleteTree(space.run().resolve("netns"));
        Removal.deleteTree(space.run().resolve("stentor"));
    }

    private void furnish(Host host) {
        NodeSpace space = space(host);
        enclose(host.name(), space);
        sysctls(space, Links.nodeSysctls());
        Shell.run(List.of("ip", "-n", host.namespace(), "-batch", "-"), lines(links.host(host).stream()));
        for (String tables : List.of("iptables", "ip6tables")) {
            if (Shell.has(tables)) {
                Shell.run(space.enterNetwork(List.of(tables, "-w", "-P", "FORWARD", "DROP"))
                        .toArray(String[]::new));
            }
        }
    }

    /// Makes a host's mount, name and cgroup namespaces, each kept in a file.
    private void enclose(String name, NodeSpace space) {
        space.cgroup().create();
        try {
            Files.createDirectories(space.file("mnt").getParent());
            Files.createDirectories(space.run().resolve("netns"));
            Path node = space.outside(NodeSpace.INSIDE);
            Files.createDirectories(node.resolve("bin"));
            Files.writeString(node.resolve("hosts"), hosts());
            for (String kind : List.of("mnt", "uts", "cgroup")) {
                Files.write(space.file(kind), new byte[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Shell.run(
                List.of(
                        "sh",
                        "-es",
                        space.file("uts").toString(),
                        space.file("cgroup").toString(),
                        space.file("mnt").toString(),
                        space.cgroup().path().toString()),
                KEEP);
        Shell.run(space.enter("", List.of("sh", "-es", name, space.run().toString())), FURNISH);
    }

    /// `/etc/hosts` of every host: who is who on the underlay.
    private String hosts() {
        Stream<String> fabric = plan.fabricAddresses().stream().map(address -> address + " " + Plan.FABRIC);
        Stream<String> others = plan.hosts().stream()
                .flatMap(host -> host.addresses().stream().map(address -> address + " " + host.name()));
        return lines(Stream.of(Stream.of("127.0.0.1 localhost", "::1 localhost"), fabric, others)
                .flatMap(part -> part));
    }

    private static void sysctls(NodeSpace space, List<String> settings) {
        String script = settings.stream()
                .map(setting -> setting.split("=", 2))
                .map(pair -> "echo " + pair[1] + " > /proc/sys/" + pair[0].replace('.', '/'))
                .collect(Collectors.joining("\n"));
        Shell.run(space.enterNetwork(List.of("sh", "-es")), script);
    }

    private static String lines(Stream<String> lines) {
        return lines.collect(Collectors.joining("\n", "", "\n"));
    }
}
