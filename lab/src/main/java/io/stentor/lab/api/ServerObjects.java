package io.stentor.lab.api;

import java.util.List;

/// As [ObjectApi], for those in the server's own process who look after objects of every kind.
public interface ServerObjects extends ObjectApi {

    /// All kinds that there are at the moment.
    List<ServedKind> kinds();
}
