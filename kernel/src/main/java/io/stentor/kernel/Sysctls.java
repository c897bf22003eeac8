package io.stentor.kernel;

import java.util.Optional;

/// Kernel parameters by key.
///
/// A key is slashed (`net/ipv4/conf/eth0.100/rp_filter`) or dotted (`net.ipv4.ip_forward`); one that contains a slash
/// is taken as slashed, so that interface names with dots can be said.
public interface Sysctls {

    /// The value without its line end, or empty if this kernel or namespace has no such key.
    Optional<String> find(String key);

    /// The value without its line end.
    ///
    /// @throws KernelException ENOENT if there is no such key
    default String get(String key) {
        return find(key).orElseThrow(() -> new KernelException("open", path(key), Errno.ENOENT, ""));
    }

    /// @throws KernelException ENOENT if there is no such key, EINVAL if the kernel refuses the value, EROFS or EACCES
    ///     where `/proc/sys` is read-only
    void set(String key, String value);

    /// The file behind a key.
    static String path(String key) {
        return "/proc/sys/" + (key.indexOf('/') >= 0 ? key : key.replace('.', '/'));
    }
}
