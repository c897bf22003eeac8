package io.stentor.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stentor.kernel.KernelVersion;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kube.AgentSettings;
import io.stentor.kube.Configuration;
import io.stentor.kube.Reading;
import io.stentor.node.NodeSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreflightTest {

    private static NodeSettings settings(String mode) {
        return switch (Configuration.agent(
                List.of("--k8s-node-name=a", "--routing-mode=" + mode, "--tunnel-port=1"), Map.of())) {
            case Reading.Accepted<AgentSettings> accepted -> new AgentTerms(accepted.settings()).node();
            case Reading<AgentSettings> other -> throw new AssertionError(other);
        };
    }

    private static String status(long capabilities) {
        return "Name:\tjava\nCapInh:\t0000000000000000\nCapEff:\t%016x\nSeccomp:\t0\n".formatted(capabilities);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            0        => the agent makes network interfaces and loads eBPF programs, for which it lacks CAP_NET_ADMIN and CAP_SYS_ADMIN: run it as root
            4096     => the agent makes network interfaces and loads eBPF programs, for which it lacks CAP_SYS_ADMIN: run it as root
            """)
    void without_its_privileges_it_refuses(long capabilities, String sentence) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> Preflight.privileges(status(capabilities)));
        assertThat(refusal).hasMessage(sentence);
        assertThat(refusal.exitCode()).isEqualTo(2);
    }

    @Test
    void root_has_them() {
        assertThatCode(() -> Preflight.privileges(status(0x1ffffffffffL))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            5.4  =>                 => tunnel => kernel 5.4 is too old: the programs need 5.10 or newer
            5.10 => EBPF            => tunnel => kernel 5.10 lacks EBPF, which comes with CONFIG_BPF_SYSCALL, and there is no way without
            5.10 => RING_BUFFER     => tunnel => kernel 5.10 lacks RING_BUFFER, which comes with 5.8, and there is no way without
            5.10 => REDIRECT_PEER   => native => kernel 5.10 lacks REDIRECT_PEER, which comes with 5.10, and there is no way without
            6.1  => TRAFFIC_CONTROL => native => kernel 6.1 lacks TRAFFIC_CONTROL, which comes with CONFIG_NET_SCH_INGRESS with CONFIG_NET_CLS_BPF, and there is no way without
            6.1  => VXLAN           => tunnel => kernel 6.1 lacks VXLAN, which comes with CONFIG_VXLAN; routing-mode=native does without
            """)
    void a_kernel_without_a_needed_feature_is_refused(String version, String feature, String mode, String sentence) {
        FakeKernel kernel = new FakeKernel(KernelVersion.of(version + ".0"));
        if (feature != null) {
            kernel.bpf().without(Feature.valueOf(feature));
        }
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> Preflight.check(kernel, settings(mode)));
        assertThat(refusal).hasMessage(sentence);
        assertThat(refusal.exitCode()).isEqualTo(1);
        assertThat(kernel.netlink().changes()).isEmpty();
    }

    @Test
    void the_oldest_kernel_without_all_that_came_later_will_do() {
        FakeKernel kernel = new FakeKernel(new KernelVersion(5, 10));
        Arrays.stream(Feature.values())
                .filter(f -> f == Feature.VXLAN || f.compareTo(Feature.BTF) >= 0)
                .forEach(kernel.bpf()::without);
        assertThatCode(() -> Preflight.check(kernel, settings("native"))).doesNotThrowAnyException();
    }

    @Test
    void what_others_left_is_no_reason_to_refuse() {
        FakeKernel kernel = new FakeKernel();
        kernel.netlink().addLink(new LinkSpec.Bridge("cni0", List.of()));
        assertThatCode(() -> Preflight.check(kernel, settings("tunnel"))).doesNotThrowAnyException();
    }
}
