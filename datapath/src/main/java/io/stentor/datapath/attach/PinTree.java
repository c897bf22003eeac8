package io.stentor.datapath.attach;

import java.nio.file.Path;

/// Where what is ours stands on a bpf file system:
///
/// ```
/// <root>/links/<hook>                    links, updated from generation to generation
/// <root>/filters/<hook>-<program>/       empty: below kernel 6.6 a filter cannot be pinned, this says that it is ours
/// <root>/<fingerprint>/maps/<map>        maps that outlive generations, as long as their layout is the same,
///                                        with the maps that maps of maps hold
/// <root>/<fingerprint>/generations/<n>/  maps of one generation: prog arrays would empty without a pin
/// ```
///
/// @param root        `<bpf-root>/stentor`
/// @param fingerprint of the layouts
record PinTree(Path root, String fingerprint) {

    Path links() {
        return root.resolve("links");
    }

    Path filters() {
        return root.resolve("filters");
    }

    Path maps() {
        return root.resolve(fingerprint).resolve("maps");
    }

    Path generations() {
        return root.resolve(fingerprint).resolve("generations");
    }

    Path generation(int number) {
        return generations().resolve(Integer.toString(number));
    }

    /// Whether a name in the root is another layout's.
    boolean isOtherLayout(String name) {
        return !name.equals(fingerprint) && !name.equals("links") && !name.equals("filters");
    }
}
