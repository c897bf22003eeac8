package io.stentor.datapath.attach;

import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.Hook;
import java.nio.file.Path;

/// Takes the datapath out of the kernel: what [Attachments] attached, by whatever build, and all pins. Needs no
/// programs of its own, and no agent. Whoever is killed on the way runs it again: what is at a hook goes before the pin
/// or mark that tells of it.
public final class Teardown {
    private final Bpf bpf;
    private final Pins pins;
    private final PinTree tree;

    /// @param bpfRoot the directory that was given to [Generation#load]
    public Teardown(Bpf bpf, Pins pins, Path bpfRoot) {
        this.bpf = bpf;
        this.pins = pins;
        this.tree = new PinTree(bpfRoot.resolve("stentor"), "");
    }

    /// Whether there is anything to take out.
    public boolean isDue() {
        return pins.list(tree.root().getParent())
                .contains(tree.root().getFileName().toString());
    }

    /// Interface indices are those of the calling thread's namespace.
    ///
    /// @throws KernelException if something cannot be detached; its pin stays, and those of the maps
    public void run() {
        for (String pin : pins.list(tree.links())) {
            Path path = tree.links().resolve(pin);
            bpf.openPinnedLink(path).ifPresent(BpfLink::detach);
            pins.remove(path);
        }
        for (String mark : pins.list(tree.filters())) {
            bpf.removeFilter((Hook.Tc) FilterMark.parse(mark).at().hook());
            pins.remove(tree.filters().resolve(mark));
        }
        pins.remove(tree.root());
    }
}
