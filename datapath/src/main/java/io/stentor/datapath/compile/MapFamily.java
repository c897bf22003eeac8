package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import java.util.Map;
import java.util.stream.Stream;

/// The content of one map as a function of the facts, subject by subject.
///
/// A subject is what some entries are about: an address, a range, a service. Each entry has one, which its key tells.
/// [#entries] answers what stands there for it, from the facts alone: where several rows claim a key, it decides, and
/// the order in which they came has no part in it. All subjects together are the full content.
///
/// [#concerned] is what makes a small change cheap. It may name a subject too many, which costs time; one too few
/// leaves an old entry where it is, which the law says that `MapCompilerPropertiesTest` tries.
///
/// @param <S> the subject, told apart by `equals`
interface MapFamily<S, K, V> {
    MapSpec<K, V> map();

    /// Subjects that have entries whatever the facts are.
    default Stream<S> always() {
        return Stream.empty();
    }

    /// The subjects whose entries may differ before and after: of each row that changed those that it is about, and
    /// those whose entries are made with it.
    Stream<S> concerned(Change change);

    /// What stands in the map about a subject; nothing if no row speaks of it.
    Map<K, V> entries(S subject, Facts facts);
}
