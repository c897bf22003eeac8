package io.stentor.lab.api;

import java.util.OptionalLong;

/// How to delete.
///
/// @param graceSeconds how long a pod may take to end; empty for what the pod says; 0 removes it at once
/// @param propagation  what becomes of the objects that it owns
/// @param uid          delete only the object with this uid; "" for any
public record DeleteOptions(OptionalLong graceSeconds, Propagation propagation, String uid) {

    public enum Propagation {
        BACKGROUND,
        FOREGROUND,
        ORPHAN
    }

    public static final DeleteOptions DEFAULT = new DeleteOptions(OptionalLong.empty(), Propagation.BACKGROUND, "");

    /// What a kubelet sends when a pod's processes have ended.
    public static DeleteOptions now(String uid) {
        return new DeleteOptions(OptionalLong.of(0), Propagation.BACKGROUND, uid);
    }
}
