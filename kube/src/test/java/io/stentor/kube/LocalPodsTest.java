package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.stentor.model.PodName;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalPodsTest {

    private final ApiServer server = new ApiServer();

    @AfterEach
    void close() {
        server.close();
    }

    private Pod create(String name, String node, Map<String, String> annotations) {
        return server.kubernetes
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("shop")
                        .withAnnotations(annotations)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(node)
                        .endSpec()
                        .build())
                .create();
    }

    private static PodName name(Pod pod) {
        return new PodName(
                "shop", pod.getMetadata().getName(), pod.getMetadata().getUid());
    }

    @Test
    void a_pod_is_gone_when_the_api_server_says_so_and_at_no_other_time() throws Exception {
        Pod here = create("here", "a", Map.of());
        Pod fixed = create("static", "a", Map.of("kubernetes.io/config.mirror", "hash"));
        Pod moved = create("moved", "b", Map.of());
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (KubeClient client = server.client();
                LocalPods pods = LocalPods.start(client, "a")) {
            pods.whenSeen(seen::add);
            ApiServer.await(() -> pods.isGone(new PodName("shop", "never", "u")));
            ApiServer.await(() -> seen.containsAll(Set.of("shop/here", "shop/static")));
            assertThat(pods.isGone(name(here))).isFalse();
            assertThat(pods.isGone(new PodName("shop", "here", ""))).isFalse();
            assertThat(pods.isGone(new PodName("shop", "static", "hash"))).isFalse();
            assertThat(pods.find(new PodName("shop", "static", "hash")).orElseThrow())
                    .isEqualTo(fixed);
            assertThat(pods.isGone(new PodName("", "no-kubernetes", ""))).isFalse();
            assertThat(pods.isGone(new PodName("shop", "here", "of-its-forerunner")))
                    .isTrue();
            assertThat(pods.isGone(name(moved))).isTrue();

            server.away();
            assertThat(pods.isGone(new PodName("shop", "never", "u"))).isFalse();
        }
    }

    @Test
    void nothing_is_gone_before_the_pods_have_been_listed() {
        server.away();
        try (KubeClient client = server.client();
                LocalPods pods = LocalPods.start(client, "a")) {
            assertThat(pods.isGone(new PodName("shop", "never", "u"))).isFalse();
        }
    }
}
