package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireTest {

    private static final String KUBECONFIG = """
            apiVersion: v1
            kind: Config
            current-context: second
            clusters:
            - name: one
              cluster: {server: "https://one:6443", certificate-authority: pki/ca.crt, tls-server-name: one.example}
            - name: two
              cluster: {server: "https://two:6443", certificate-authority-data: Zm9v}
            contexts:
            - {name: first, context: {cluster: two, user: token}}
            - {name: second, context: {cluster: one, user: certificate, namespace: apart}}
            users:
            - name: certificate
              user: {client-certificate: pki/node.crt, client-key: pki/node.key}
            - {name: token, user: {token: secret}}
            """;

    @TempDir
    Path folder;

    private Path file(String text) throws Exception {
        Files.createDirectories(folder.resolve("pki"));
        for (String name : new String[] {"ca.crt", "node.crt", "node.key"}) {
            Files.writeString(folder.resolve("pki").resolve(name), name);
        }
        return Files.writeString(folder.resolve("kubeconfig"), text);
    }

    private static String essence(Config config) {
        return String.join(
                "\n",
                config.getMasterUrl(),
                String.valueOf(config.getNamespace()),
                String.valueOf(config.getTlsServerName()),
                String.valueOf(config.getCaCertFile()),
                String.valueOf(config.getCaCertData()),
                String.valueOf(config.getClientCertFile()),
                String.valueOf(config.getClientKeyFile()),
                String.valueOf(config.getOauthToken()),
                String.valueOf(config.getAutoOAuthToken()));
    }

    @Test
    void a_kubeconfig_says_the_same_as_to_the_clients_own_reader() throws Exception {
        for (String context : new String[] {"first", "second"}) {
            Path file = file(KUBECONFIG.replace("current-context: second", "current-context: " + context));
            Config ours = Wire.kubeconfig(Wire.serialization(), file);
            assertThat(essence(ours)).isEqualTo(essence(Config.fromKubeconfig(file.toFile())));
        }
        assertThat(Wire.kubeconfig(Wire.serialization(), file(KUBECONFIG)).getClientKeyFile())
                .isEqualTo(folder.resolve("pki/node.key").toString());
    }
}
