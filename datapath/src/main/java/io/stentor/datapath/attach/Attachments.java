package io.stentor.datapath.attach;

import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.Hook;
import io.stentor.model.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the hooks run what they should: the desired set against what this agent and its forerunners attached.
///
/// Links are recognised by their pins, named after the hook. A link that is there is updated, so that the hook never
/// stands empty; one that nobody wants is detached. Filters have no pin: an empty directory says which there are. It is
/// made before the filter and removed after it.
///
/// A filter stands in for TCX below 6.6. It also runs the program that is attached while a pod waits and that few
/// packets meet, since attaching it costs next to nothing and a link some milliseconds for each of the node's pods.
public final class Attachments {
    private static final String BY_FILTER = "to_pod";

    private final Bpf bpf;
    private final Generation generation;
    private final Pins pins;
    private final boolean filters;

    /// What has been attached by this process, by the name of its pin.
    private final Map<String, ProgramAt> running = new HashMap<>();

    /// What was desired when all of it had been done and nothing else was left.
    private @Nullable Set<ProgramAt> done;

    private boolean retired;

    public Attachments(Bpf bpf, Generation generation) {
        this.bpf = bpf;
        this.generation = generation;
        this.pins = generation.pins();
        this.filters = !bpf.has(Feature.TCX);
        pins.makeDirectory(generation.tree().links());
        pins.makeDirectory(generation.tree().filters());
    }

    /// Attaches what is desired and not there yet. Interface indices are those of the calling thread's namespace.
    ///
    /// @param desired  at most one program for a hook
    /// @param complete whether what is not desired is to be detached; once that went without a problem, pins of
    ///     earlier generations are removed
    /// @return what failed, one a hook; it is tried again at the next call
    /// @throws IllegalArgumentException if a program is desired that the generation does not have
    public List<Problem> reconcile(Set<ProgramAt> desired, boolean complete) {
        if (desired.equals(done)) {
            return List.of();
        }
        done = null;
        List<Problem> problems = new ArrayList<>();
        Set<String> wanted = new HashSet<>();
        List<String> links = pins.list(generation.tree().links());
        for (ProgramAt at : desired) {
            wanted.add(at.pin());
            if (!at.equals(running.get(at.pin()))) {
                attempt(at.where(), problems, () -> attach(at, links.contains(at.pin())));
            }
        }
        running.keySet().retainAll(wanted);
        if (complete) {
            for (String pin : links) {
                if (!wanted.contains(pin)) {
                    attempt("link " + pin, problems, () -> detach(pin));
                }
            }
            for (String mark : pins.list(generation.tree().filters())) {
                attempt("filter " + mark, problems, () -> sweep(FilterMark.parse(mark), desired, wanted));
            }
            if (problems.isEmpty()) {
                if (!retired) {
                    generation.retireOthers();
                    retired = true;
                }
                done = Set.copyOf(desired);
            }
        }
        return problems;
    }

    private static void attempt(String object, List<Problem> problems, Runnable step) {
        try {
            step.run();
        } catch (KernelException e) {
            problems.add(new Problem(object, "", "is not as it should be: " + e.getMessage()));
        }
    }

    private void attach(ProgramAt at, boolean hasLink) {
        BpfProgram program = generation.program(at.program());
        if (at.hook() instanceof Hook.Tc tc && (filters || (at.program().equals(BY_FILTER) && !hasLink))) {
            pins.makeDirectory(mark(FilterMark.of(at)));
            bpf.attachFilter(program, tc);
        } else {
            Path pin = generation.tree().links().resolve(at.pin());
            bpf.attach(program, at.hook(), pin).close();
        }
        running.put(at.pin(), at);
    }

    private void detach(String pin) {
        Path path = generation.tree().links().resolve(pin);
        bpf.openPinnedLink(path).ifPresent(BpfLink::detach);
        pins.remove(path);
    }

    private Path mark(FilterMark mark) {
        return generation.tree().filters().resolve(mark.name());
    }

    /// Takes away a filter that nobody wants, or only the mark where the hook has been given another program.
    private void sweep(FilterMark mark, Set<ProgramAt> desired, Set<String> wanted) {
        if (desired.contains(mark.at())) {
            return;
        }
        if (!wanted.contains(mark.at().pin())) {
            bpf.removeFilter((Hook.Tc) mark.at().hook());
        }
        pins.remove(mark(mark));
    }
}
