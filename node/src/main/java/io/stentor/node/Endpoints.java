package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Link;
import io.stentor.model.Applied;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.PodName;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import io.stentor.node.Allocations.Granted;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// The pods that are plugged in on this node: the source [Source#ENDPOINTS].
///
/// Order of a birth: addresses taken, file written, link made, row committed, datapath awaited. Of a death: row,
/// link, file, addresses given back. A crash between two steps leaves a file too many, never one too few;
/// [#restore] puts that right.
///
/// Called from platform threads: links and settings of pods are made in their namespaces.
public final class Endpoints {
    private static final System.Logger LOG = System.getLogger("endpoints");

    /// Identity of a pod until its labels have got it one.
    static final int INIT_IDENTITY = 5;

    private final Kernel kernel;
    private final EndpointFiles files;
    private final Allocations allocations;
    private final PodLinks links;
    private final Followed followed;

    private final Map<AttachmentKey, Endpoint> live = new ConcurrentHashMap<>();
    private final Map<AttachmentKey, Path> netns = new ConcurrentHashMap<>();

    private final Orphans orphans;

    /// Requests for one attachment go one after another; for others they mostly go side by side.
    private final ReentrantLock[] locks = new ReentrantLock[64];

    /// The desired state, and how far the kernel follows it.
    ///
    /// @param store    rows are committed here
    /// @param applied  an endpoint is ready when its revision is
    /// @param patience how long to wait for that
    record Followed(Store store, Applied applied, Duration patience) {}

    Endpoints(Kernel kernel, EndpointFiles files, Allocations allocations, PodLinks links, Followed followed) {
        this.kernel = kernel;
        this.files = files;
        this.allocations = allocations;
        this.links = links;
        this.followed = followed;
        this.orphans = new Orphans(kernel, allocations, followed.store);
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /// Takes up what an earlier agent left: commits the endpoints whose links are there, forgets the others, holds the
    /// addresses of links that no file explains, and marks the source as synced. Called once, before any request.
    ///
    /// @throws IOException if the directory cannot be read; a file that cannot is a Problem
    public void restore() throws IOException {
        Map<String, Link> byName = new HashMap<>();
        kernel.netlink().links().forEach(link -> byName.put(link.name(), link));
        EndpointFiles.Content content = files.read();
        List<Problem> problems = new ArrayList<>(content.problems());
        List<Endpoint> found = new ArrayList<>();
        for (Endpoint kept : content.endpoints()) {
            Optional<Endpoint> endpoint = PodLinks.found(kept, byName);
            if (endpoint.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "endpoint {0} of {1} has gone", kept.id(), kept.pod());
                allocations.pass(kept.id(), kept.addresses());
                forgetFile(kept.id());
            } else if (!allocations.hold(kept.id(), kept.addresses())) {
                problems.add(files.setAside(kept.id(), "an address of it belongs to another endpoint, too"));
            } else {
                AttachmentKey key = AttachmentKey.of(kept.attachment());
                live.put(key, endpoint.get());
                Optional.ofNullable(content.netns().get(kept.id())).ifPresent(file -> netns.put(key, file));
                found.add(endpoint.get());
                byName.remove(kept.attachment().hostInterface());
            }
        }
        content.latest().ifPresent(gone -> allocations.pass(gone.id(), gone.addresses()));
        orphans.hold(byName.values());
        followed.store.commit(state -> {
            State next = state;
            for (Endpoint endpoint : found) {
                next = next.with(Table.ENDPOINTS, endpoint);
            }
            return next.withProblems(Source.ENDPOINTS, "restore", problems).withSynced(Source.ENDPOINTS);
        });
    }

    /// What has to come before pods can be plugged in; empty when nothing has.
    Optional<String> lacking() {
        return allocations.lacking();
    }

    private void removeLink(String name) {
        links.remove(name);
        orphans.release(name);
    }

    /// Plugs a pod in and returns when its datapath is in place.
    ///
    /// @param mtu of the pod's link
    Endpoint add(CniRequest request, int mtu) throws CniError, InterruptedException {
        AttachmentKey key = request.attachment();
        ReentrantLock lock = lock(key);
        try {
            Endpoint before = live.get(key);
            if (before != null) {
                if (kernel.netlink().link(key.hostInterface()).isPresent()) {
                    throw new CniError(
                            CniError.INVALID_VARIABLE,
                            "CNI_CONTAINERID \"" + key.containerId() + "\" has its CNI_IFNAME \"" + key.podInterface()
                                    + "\" already, as endpoint " + before.id() + ": DEL comes first");
                }
                forget(key, before);
            }
            // A link without an endpoint is what a crash left of an earlier try.
            removeLink(key.hostInterface());
            return plugIn(request, mtu);
        } catch (IOException failed) {
            throw new CniError(CniError.IO_FAILURE, "the endpoint cannot be recorded", failed.toString());
        } finally {
            lock.unlock();
        }
    }

    private Endpoint plugIn(CniRequest request, int mtu) throws CniError, InterruptedException, IOException {
        AttachmentKey key = request.attachment();
        Granted granted = grant();
        Attachment attachment =
                new Attachment(key.containerId(), key.podInterface(), key.hostInterface(), 0, key.podMac());
        Endpoint endpoint =
                new Endpoint(granted.id(), attachment, request.sandbox().pod(), granted.addresses(), INIT_IDENTITY);
        boolean complete = false;
        try {
            Path sandbox = Path.of(request.sandbox().netns());
            files.write(endpoint, sandbox);
            Endpoint made = links.make(endpoint, sandbox, mtu);
            netns.put(key, sandbox);
            live.put(key, made);
            long revision = followed.store.commit(state -> state.with(Table.ENDPOINTS, made));
            awaitDatapath(made, revision);
            complete = true;
            return made;
        } catch (KernelException refused) {
            throw new CniError(CniError.IO_FAILURE, "the pod's link cannot be made", refused.getMessage());
        } finally {
            if (!complete) {
                forget(key, endpoint);
            }
        }
    }

    private Granted grant() throws CniError {
        try {
            Granted granted = allocations.grant();
            followed.store.commit(state -> withPoolProblems(state, List.of()));
            return granted;
        } catch (CniError exhausted) {
            if (exhausted.code() == CniError.EXHAUSTED) {
                Problem problem = new Problem("IPAM", "", exhausted.getMessage());
                followed.store.commit(state -> withPoolProblems(state, List.of(problem)));
            }
            throw exhausted;
        }
    }

    private static State withPoolProblems(State state, List<Problem> problems) {
        return state.withProblems(Source.ENDPOINTS, "pool", problems);
    }

    private void awaitDatapath(Endpoint endpoint, long revision) throws CniError, InterruptedException {
        if (!followed.applied.await(revision, followed.patience)) {
            throw new CniError(
                    CniError.TRY_AGAIN,
                    "the datapath of endpoint " + endpoint.id() + " was not in place within "
                            + followed.patience.toSeconds() + " s");
        }
        for (Problem problem : followed.applied.latest().problems()) {
            if (endpoint.concerns(problem)) {
                throw new CniError(
                        CniError.TRY_AGAIN,
                        "the datapath of endpoint " + endpoint.id() + " could not be made",
                        problem.toString());
            }
        }
    }

    /// Unplugs a pod. One that is not known is gone already, but for what a crash may have left.
    void remove(AttachmentKey key) throws CniError {
        ReentrantLock lock = lock(key);
        try {
            Endpoint endpoint = live.get(key);
            if (endpoint == null) {
                removeLink(key.hostInterface());
            } else {
                forget(key, endpoint);
            }
        } catch (IOException | KernelException failed) {
            throw new CniError(CniError.IO_FAILURE, "the endpoint cannot be removed", failed.toString());
        } finally {
            lock.unlock();
        }
    }

    private void forget(AttachmentKey key, Endpoint endpoint) throws IOException {
        followed.store.commit(state -> withPoolProblems(state.without(Table.ENDPOINTS, endpoint.id()), List.of()));
        removeLink(key.hostInterface());
        forgetFile(endpoint.id());
        live.remove(key);
        netns.remove(key);
        allocations.release(endpoint.id(), endpoint.addresses());
    }

    private void forgetFile(int id) throws IOException {
        if (allocations.isLatest(id)) {
            files.retire(id);
        } else {
            files.delete(id);
        }
    }

    /// All endpoints' pods by the files of their network namespaces, but those that an earlier build has recorded
    /// without. The runtime may have taken a file away, whose pod is about to go.
    public Map<Path, PodName> namespaces() {
        Map<Path, PodName> pods = new HashMap<>();
        netns.forEach((key, file) ->
                Optional.ofNullable(live.get(key)).ifPresent(endpoint -> pods.put(file, endpoint.pod())));
        return pods;
    }

    /// What CHECK asks: whether the pod's network is still as ADD left it.
    void check(CniRequest request) throws CniError {
        Endpoint endpoint = live.get(request.attachment());
        if (endpoint == null) {
            throw new CniError(
                    CniError.UNKNOWN_CONTAINER,
                    "CNI_CONTAINERID \"" + request.attachment().containerId() + "\" has no endpoint on this node");
        }
        links.check(endpoint, Path.of(request.sandbox().netns()));
    }

    /// GC: unplugs what is not in `valid`, links included that no record explains.
    void collect(Set<AttachmentKey> valid) throws CniError {
        collect(endpoint -> valid.contains(AttachmentKey.of(endpoint.attachment())));
        Set<String> expected = new HashSet<>();
        valid.forEach(key -> expected.add(key.hostInterface()));
        live.keySet().forEach(key -> expected.add(key.hostInterface()));
        for (Link link : kernel.netlink().links()) {
            if (PodLinks.isOurs(link) && !expected.contains(link.name())) {
                removeLink(link.name());
            }
        }
    }

    /// Unplugs every endpoint that is not alive any more: for CNI's GC, and at the agent's start for pods that were
    /// deleted while it was away. An endpoint that is being made is not asked about.
    ///
    /// @param alive asked for each endpoint once
    /// @return how many went
    public int collect(Predicate<Endpoint> alive) throws CniError {
        int gone = 0;
        for (Map.Entry<AttachmentKey, Endpoint> entry : live.entrySet()) {
            if (!alive.test(entry.getValue())) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "collecting endpoint {0} of {1}",
                        entry.getValue().id(),
                        entry.getValue().pod());
                remove(entry.getKey());
                gone++;
            }
        }
        return gone;
    }

    private ReentrantLock lock(AttachmentKey key) {
        ReentrantLock lock = locks[Math.floorMod(key.hashCode(), locks.length)];
        lock.lock();
        return lock;
    }
}
