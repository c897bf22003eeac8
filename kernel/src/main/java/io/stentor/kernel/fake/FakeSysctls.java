package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.Sysctls;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Parameters of one namespace. Those of `net/ipv4/conf`, `net/ipv6/conf` and `net/ipv4/neigh` exist for every name;
/// others exist once [#put].
public final class FakeSysctls implements Sysctls {
    private final Map<String, String> values = new TreeMap<>();

    FakeSysctls() {
        put("net.ipv4.ip_forward", "0");
        put("net.ipv6.conf.all.forwarding", "0");
    }

    /// Lets a key exist.
    public synchronized FakeSysctls put(String key, String value) {
        values.put(Sysctls.path(key), value);
        return this;
    }

    @Override
    public synchronized Optional<String> find(String key) {
        String path = Sysctls.path(key);
        return Optional.ofNullable(values.getOrDefault(path, exists(path) ? "0" : null));
    }

    @Override
    public synchronized void set(String key, String value) {
        String path = Sysctls.path(key);
        if (!exists(path)) {
            throw new KernelException("write", path, Errno.ENOENT, "");
        }
        values.put(path, value);
    }

    private boolean exists(String path) {
        return values.containsKey(path) || path.matches("/proc/sys/net/ipv[46]/(conf|neigh)/.+/.+");
    }
}
