package io.stentor.datapath.attach;

import java.nio.file.Path;

/// Where what is ours stands on a bpf file system:
///
/// ```
/// <root>/links/<hook>                    links, updated from generation to generation
/// <root>/filters/<hook>-<program>/       empty: below kernel 6.6 a filter cannot be pinned, this says that it is ours
/// <root>/<fingerprint>/layout            what the maps' bytes mean, for other builds ([PinnedLayout])
/// <root>/<fingerprint>/maps/<map>        maps that outlive generations, as long as their layout is the same,
///                                        with the maps that maps of maps hold
/// <root>/<fingerprint>/generations/<n>/  maps of one generation: prog arrays would empty without a pin
///                                     …/programs/<program>  for a build of another layout, which calls them
///                                     …/loaded/<sum>-<n>/   empty: all n are there, made from what has this sum
/// ```
///
/// @param root        `<bpf-root>/stentor`
/// @param fingerprint of the layouts and sizes
record PinTree(Path root, String fingerprint) {
    /// What a generation's directory is called.
    static final String NUMBER = "[0-9]{1,9}";

    /// The mark of a generation that has all of its programs.
    static final String LOADED = "loaded";

    Path links() {
        return root.resolve("links");
    }

    Path filters() {
        return root.resolve("filters");
    }

    Path directory() {
        return root.resolve(fingerprint);
    }

    Path description() {
        return directory().resolve("layout");
    }

    Path maps() {
        return directory().resolve("maps");
    }

    /// One number, in a map whose layout is that of all builds.
    Path takeover() {
        return maps().resolve("takeover");
    }

    Path generations() {
        return directory().resolve("generations");
    }

    Path generation(int number) {
        return generations().resolve(Integer.toString(number));
    }

    Path programs(int number) {
        return generation(number).resolve("programs");
    }

    Path loaded(int number) {
        return generation(number).resolve(LOADED);
    }

    /// Whether a name in the root is a layout's.
    boolean isLayout(String name) {
        return !name.equals("links") && !name.equals("filters");
    }
}
