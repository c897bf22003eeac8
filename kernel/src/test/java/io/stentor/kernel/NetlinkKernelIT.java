package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NetlinkKernelIT extends NetlinkContract {
    @RegisterExtension
    static final Bench BENCH = new Bench();

    private final Linux linux = BENCH.linux();

    @Override
    Kernel kernel() {
        return linux;
    }

    @Override
    Path namespace() {
        return BENCH.namespace();
    }

    @Test
    void sysctls_are_those_of_the_namespace_that_the_thread_is_in() {
        pair();
        String key = "net/ipv4/conf/stn0/rp_filter";

        String inside = linux.inNamespace(host, () -> {
            linux.sysctls().set(key, "2");
            return linux.sysctls().get(key);
        });

        assertThat(inside).isEqualTo("2");
        assertThat(linux.sysctls().find(key)).isEmpty();
        assertThatThrownBy(() -> linux.sysctls().get("net.ipv4.no_such_key")).hasMessageContaining("ENOENT");
        assertThatThrownBy(() -> linux.inNamespace(host, () -> {
                    linux.sysctls().set("net/ipv4/conf/stn0/rp_filter", "many");
                    return true;
                }))
                .hasMessageContaining("EINVAL");
    }
}
