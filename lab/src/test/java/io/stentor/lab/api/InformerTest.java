package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// fabric8's client, which the agent and the operator have, against the server.
class InformerTest {

    @TempDir
    Path folder;

    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer(folder.resolve("kubeconfig"), 1000);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private KubernetesClient client(boolean onlyHttp) {
        Config config = Config.fromKubeconfig(folder.resolve("kubeconfig").toFile());
        config.setOnlyHttpWatches(onlyHttp);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static ConfigMap map(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .addToData("k", "1")
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_informer_sees_what_is_there_and_what_changes(boolean onlyHttp) throws Exception {
        server.objects().create(Resource.CONFIG_MAPS, Objects.configMap("before", ""));
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (KubernetesClient client = client(onlyHttp);
                SharedIndexInformer<ConfigMap> informer = client.configMaps()
                        .inNamespace("default")
                        .inform(new ResourceEventHandler<>() {
                            @Override
                            public void onAdd(ConfigMap added) {
                                seen.add("+" + added.getMetadata().getName());
                            }

                            @Override
                            public void onUpdate(ConfigMap old, ConfigMap now) {
                                seen.add("~" + now.getMetadata().getName());
                            }

                            @Override
                            public void onDelete(ConfigMap gone, boolean unknown) {
                                seen.add("-" + gone.getMetadata().getName());
                            }
                        })) {
            assertThat(informer.hasSynced()).isTrue();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("+before");
            client.resource(map("m")).create();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("+m");
            client.configMaps().inNamespace("default").withName("m").edit(m -> {
                m.getData().put("k", "2");
                return m;
            });
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("~m");
            client.resource(map("m")).delete();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("-m");
        }
    }

    @Test
    void writes_of_the_client_do_what_they_say() {
        try (KubernetesClient client = client(true)) {
            ConfigMap made = client.resource(map("m")).create();
            var patch = PatchContext.of(PatchType.STRATEGIC_MERGE);
            assertThat(client.resource(made)
                            .patch(patch, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                            .getMetadata()
                            .getLabels())
                    .containsEntry("a", "b");
            assertThat(client.resource(map("m")).serverSideApply().getData()).containsEntry("k", "1");
            Assertions.assertThatThrownBy(() -> client.resource(made).update())
                    .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                        assertThat(e.getCode()).isEqualTo(409);
                        assertThat(e.getStatus().getReason()).isEqualTo("Conflict");
                    });
            assertThat(client.getKubernetesVersion().getMinor()).isEqualTo("32");
            assertThat(client.configMaps()
                            .inAnyNamespace()
                            .withLabel("a", "b")
                            .list()
                            .getItems())
                    .hasSize(1);
        }
    }
}
