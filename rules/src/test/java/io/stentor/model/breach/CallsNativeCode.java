package io.stentor.model.breach;

import java.lang.foreign.Linker;

/// A fact that goes past the door.
public final class CallsNativeCode {

    private CallsNativeCode() {}

    public static Linker linker() {
        return Linker.nativeLinker();
    }
}
