package io.stentor.node;

import io.stentor.datapath.attach.Bpffs;
import io.stentor.datapath.attach.Teardown;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Route;
import io.stentor.node.Ledger.Entry;
import io.stentor.node.Ledger.Made;
import io.stentor.node.Ledger.Pinned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes a node what it was before Stentor: for `stentor uninstall`, with the agent stopped or dead.
///
/// What has a name or number of ours is found in the kernel, and everything else in the [Ledger]; so a node whose
/// ledger is lost still gets rid of links, routes and pins. Steps are found anew at each run from what is there: one
/// that was killed between any two is run again.
public final class Removal {
    private final Kernel kernel;
    private final Places places;

    /// Where things are if the ledger does not say.
    ///
    /// @param state   `state-dir`, which has the ledger in it
    /// @param bpfRoot `bpf-root`
    /// @param socket  `socket-path`
    public record Places(Path state, Path bpfRoot, Path socket) {}

    public Removal(Kernel kernel, Places places) {
        this.kernel = kernel;
        this.places = places;
    }

    /// Keeps agents from starting until it is closed.
    ///
    /// @return empty if there is nothing that an agent could have
    /// @throws IOException if an agent runs
    public Optional<AutoCloseable> lock() throws IOException {
        boolean used = new StateDirectory(places.state).isDue() && Files.isDirectory(places.state);
        return used ? Optional.of(AgentLock.take(places.state)) : Optional.empty();
    }

    /// Pods that lose their network, by names if their records are there, else by links.
    public List<String> pods() {
        Map<String, String> names = EndpointFiles.names(places.state.resolve("endpoints"));
        return kernel.netlink().links().stream()
                .filter(PodLinks::isOurs)
                .map(link -> names.getOrDefault(link.name(), link.name()))
                .sorted()
                .toList();
    }

    /// What is to be done, in this order: nothing starts, pods and other nodes are cut off, the host is as it was, and
    /// what tells of all this goes last.
    ///
    /// @throws IOException if the ledger cannot be read: without it the host would not be as it was
    public List<Step> steps() throws IOException {
        StateDirectory state = new StateDirectory(places.state);
        Ledger ledger = Ledger.open(places.state.resolve(Ledger.FILE));
        List<Step> steps = new ArrayList<>();
        List<String> goneLinks = new ArrayList<>();
        Map<Integer, String> links = new HashMap<>();
        for (Link link : kernel.netlink().links()) {
            links.put(link.index(), link.name());
            if (PodLinks.isOurs(link) || link.name().equals(DesiredNetwork.TUNNEL)) {
                goneLinks.add(link.name());
                steps.add(Step.of("link", link.name(), "removed", () -> removeLink(link.name())));
            }
        }
        for (Route route : kernel.netlink().routes()) {
            String device = links.getOrDefault(route.ifindex(), "");
            if (route.protocol() == PodLinks.PROTOCOL && !goneLinks.contains(device)) {
                steps.add(Step.of(
                        "route",
                        route.destination().toString(),
                        "removed",
                        () -> kernel.netlink().deleteRoute(route)));
            }
        }
        List<Path> made = state.made(ledger);
        steps.addAll(new Restoration(kernel, ledger).steps(entry -> !state.is(entry)));
        unknown(ledger.entries(), steps);
        if (state.isDue()) {
            steps.add(state.step(made));
        }
        return steps;
    }

    private void removeLink(String name) {
        kernel.netlink().link(name).ifPresent(link -> kernel.netlink().deleteLink(link.index()));
    }

    /// What is at its usual place, and not in the ledger.
    private void unknown(List<Entry> entries, List<Step> steps) {
        Teardown teardown = new Teardown(kernel.bpf(), new Bpffs(), places.bpfRoot);
        if (!entries.contains(new Pinned(places.bpfRoot)) && teardown.isDue()) {
            String root = places.bpfRoot.resolve("stentor").toString();
            steps.add(Step.of("pins", root, "detached and removed", teardown::run));
        }
        if (!entries.contains(new Made(places.socket)) && Files.exists(places.socket)) {
            steps.add(Step.of("file", places.socket.toString(), "removed", () -> Files.deleteIfExists(places.socket)));
        }
    }
}
