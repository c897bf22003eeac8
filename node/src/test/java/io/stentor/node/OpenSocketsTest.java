package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.net.Connection;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenSocketsTest {
    private static final Path HOST = Path.of("/proc/self/ns/net");
    private static final Path POD = Path.of("/run/netns/cni-1");
    private static final Path OTHER = Path.of("/run/netns/cni-2");

    private final FakeKernel kernel = new FakeKernel();

    private static Connection connection(long cookie) {
        return new Connection(6, cookie, new InetSocketAddress("10.0.0.1", 80));
    }

    @Test
    void connections_are_ended_wherever_they_are_and_nowhere_else() {
        kernel.connections(HOST).add(connection(1));
        kernel.connections(POD).add(connection(2));
        kernel.connections(OTHER).add(connection(3));
        OpenSockets sockets = new OpenSockets(kernel, () -> Set.of(POD));

        assertThat(sockets.end(Set.of(connection(1), connection(2), connection(3))))
                .isEqualTo(2);

        assertThat(kernel.connections(HOST)).isEmpty();
        assertThat(kernel.connections(POD)).isEmpty();
        assertThat(kernel.connections(OTHER)).containsExactly(connection(3));
    }
}
