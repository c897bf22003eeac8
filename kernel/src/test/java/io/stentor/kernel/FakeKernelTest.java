package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfMap.Entry;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.fake.FakeBpf;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.fake.FakeObjects;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the fake kernel promises beside the contracts that it shares with the real one.
class FakeKernelTest {
    private final FakeKernel kernel = new FakeKernel();

    @Test
    void pins_and_attachments_live_as_long_as_something_holds_them() {
        FakeBpf bpf = kernel.bpf()
                .define(new FakeObjects.Definition(
                        "sample",
                        Map.of("from_pod", ProgramType.SCHED_CLS),
                        List.of(MapSpec.of("lengths", MapType.HASH, 4, 4, 10))));
        Link link = kernel.netlink()
                .addLink(new LinkSpec.Bridge("br0", List.of(LinkSetting.up())))
                .orElseThrow();
        Hook hook = new Hook.Tc(link.index(), Hook.Direction.INGRESS);
        Path pin = Path.of("/sys/fs/bpf/stentor/br0");
        BpfObject object = bpf.load(ObjectSpec.of("sample", new byte[0]));
        try (BpfLink first = bpf.attach(object.program("from_pod"), hook, pin)) {
            assertThat(first.info().ifindex()).isEqualTo(link.index());
        }
        assertThat(bpf.attached(hook)).extracting(Attached::name).containsExactly("from_pod");
        bpf.attach(object.program("from_pod"), hook).close();
        assertThat(bpf.attached(hook)).hasSize(1);
        assertThat(bpf.pins(Path.of("/sys/fs/bpf/stentor"))).containsExactly(pin);
        assertThatThrownBy(() -> object.map("lengths").pin(pin)).hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> object.map("lengths").pin(Path.of("/tmp/lengths")))
                .hasMessageContaining("EPERM");

        assertThat(bpf.unpin(pin)).isTrue();
        object.close();

        assertThat(bpf.attached(hook)).isEmpty();
        assertThat(bpf.openDescriptors()).isZero();
    }

    @Test
    void writes_are_counted_and_fail_when_a_test_asks_for_it() {
        FakeBpf bpf = kernel.bpf();
        BpfMap map = bpf.createMap(MapSpec.of("ips", MapType.HASH, 4, 4, 10));
        List<Entry> entries =
                List.of(new Entry(BpfMap.index(1), BpfMap.index(1)), new Entry(BpfMap.index(2), BpfMap.index(2)));
        bpf.failNext("ips", Errno.ENOMEM);

        assertThatThrownBy(() -> map.updateBatch(entries)).hasMessageContaining("ENOMEM");
        map.updateBatch(entries);

        assertThat(bpf.calls()).containsExactly("updateBatch ips 2", "updateBatch ips 2");
        map.close();
        assertThatThrownBy(map::dump).hasMessageContaining("EBADF");
    }

    @Test
    void sysctls_belong_to_the_namespace_that_is_entered() {
        Path pod = Path.of("/run/netns/pod");
        kernel.inNamespace(pod, () -> {
            kernel.sysctls().set("net.ipv4.ip_forward", "1");
            return true;
        });

        assertThat(kernel.sysctls().get("net.ipv4.ip_forward")).isEqualTo("0");
        assertThat(kernel.netlink(pod).sysctls().get("net.ipv4.ip_forward")).isEqualTo("1");
    }
}
