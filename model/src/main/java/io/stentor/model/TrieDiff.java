package io.stentor.model;

import org.jspecify.annotations.Nullable;

/// Walks two tries at once, and only where they are not the same objects.
final class TrieDiff<K, V> {
    private final PersistentMap.Diff<? super K, ? super V> visitor;

    TrieDiff(PersistentMap.Diff<? super K, ? super V> visitor) {
        this.visitor = visitor;
    }

    /// @param before a node of the older map
    /// @param after  the node at the same place of the newer one, and so of the same kind
    void between(TrieNode<K, V> before, TrieNode<K, V> after) {
        if (before == after) {
            return;
        }
        switch (before) {
            case Branch<K, V> branch -> branches(branch, (Branch<K, V>) after);
            case Collision<K, V> collision -> collisions(collision, (Collision<K, V>) after);
        }
    }

    private void branches(Branch<K, V> before, Branch<K, V> after) {
        int rest = before.entryMap | before.nodeMap | after.entryMap | after.nodeMap;
        for (int place; rest != 0; rest &= ~place) {
            place = Integer.lowestOneBit(rest);
            TrieNode<K, V> below = nodeAt(before, place);
            TrieNode<K, V> belowAfter = nodeAt(after, place);
            int entry = entryAt(before, place);
            int entryAfter = entryAt(after, place);
            if (below != null && belowAfter != null) {
                between(below, belowAfter);
            } else if (below != null && entryAfter >= 0) {
                shrunk(below, after.key(entryAfter), after.value(entryAfter));
            } else if (belowAfter != null && entry >= 0) {
                grown(before.key(entry), before.value(entry), belowAfter);
            } else if (entry >= 0 && entryAfter >= 0) {
                entries(before, entry, after, entryAfter);
            } else {
                allRemoved(below, before, entry);
                allAdded(belowAfter, after, entryAfter);
            }
        }
    }

    private @Nullable TrieNode<K, V> nodeAt(Branch<K, V> branch, int place) {
        return (branch.nodeMap & place) == 0 ? null : branch.node(Branch.index(branch.nodeMap, place));
    }

    private int entryAt(Branch<K, V> branch, int place) {
        return (branch.entryMap & place) == 0 ? -1 : Branch.index(branch.entryMap, place);
    }

    private void entries(Branch<K, V> before, int entry, Branch<K, V> after, int entryAfter) {
        K key = before.key(entry);
        if (key.equals(after.key(entryAfter))) {
            values(key, before.value(entry), after.value(entryAfter));
        } else {
            visitor.removed(key, before.value(entry));
            visitor.added(after.key(entryAfter), after.value(entryAfter));
        }
    }

    private void values(K key, V before, V after) {
        if (!before.equals(after)) {
            visitor.changed(key, before, after);
        }
    }

    private void allRemoved(@Nullable TrieNode<K, V> below, Branch<K, V> branch, int entry) {
        if (below != null) {
            below.forEach(visitor::removed);
        } else if (entry >= 0) {
            visitor.removed(branch.key(entry), branch.value(entry));
        }
    }

    private void allAdded(@Nullable TrieNode<K, V> below, Branch<K, V> branch, int entry) {
        if (below != null) {
            below.forEach(visitor::added);
        } else if (entry >= 0) {
            visitor.added(branch.key(entry), branch.value(entry));
        }
    }

    /// Where there was a node there is one entry left, or a new one.
    private void shrunk(TrieNode<K, V> before, K key, V value) {
        boolean[] found = new boolean[1];
        before.forEach((oldKey, oldValue) -> {
            if (oldKey.equals(key)) {
                found[0] = true;
                values(key, oldValue, value);
            } else {
                visitor.removed(oldKey, oldValue);
            }
        });
        if (!found[0]) {
            visitor.added(key, value);
        }
    }

    /// Where there was one entry there is a node, with or without that entry.
    private void grown(K key, V value, TrieNode<K, V> after) {
        boolean[] found = new boolean[1];
        after.forEach((newKey, newValue) -> {
            if (newKey.equals(key)) {
                found[0] = true;
                values(key, value, newValue);
            } else {
                visitor.added(newKey, newValue);
            }
        });
        if (!found[0]) {
            visitor.removed(key, value);
        }
    }

    private void collisions(Collision<K, V> before, Collision<K, V> after) {
        before.forEach((key, value) -> {
            V now = after.get(key);
            if (now == null) {
                visitor.removed(key, value);
            } else {
                values(key, value, now);
            }
        });
        after.forEach((key, value) -> {
            if (before.get(key) == null) {
                visitor.added(key, value);
            }
        });
    }
}
