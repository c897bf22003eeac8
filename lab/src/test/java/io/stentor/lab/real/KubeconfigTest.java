package io.stentor.lab.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.lab.LabFailure;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeconfigTest {

    private static final String FILE = """
            apiVersion: v1
            kind: Config
            current-context: token
            clusters:
            - name: files
              cluster: {server: "https://api.example:6443", certificate-authority: pki/ca.crt}
            - name: data
              cluster: {server: "https://[fd00::1]", certificate-authority-data: Zm9v, tls-server-name: api.example}
            contexts:
            - {name: token, context: {cluster: data, user: token}}
            - {name: certificate, context: {cluster: files, user: certificate}}
            - {name: file, context: {cluster: files, user: file}}
            - {name: plugin, context: {cluster: files, user: plugin}}
            - {name: nobody, context: {cluster: files, user: nobody}}
            users:
            - {name: token, user: {token: secret}}
            - {name: certificate, user: {client-certificate: pki/me.crt, client-key: pki/me.key}}
            - {name: file, user: {tokenFile: token}}
            - {name: plugin, user: {exec: {command: login}}}
            """;

    @TempDir
    Path folder;

    private Path file(String text) throws Exception {
        Files.createDirectories(folder.resolve("pki"));
        Files.writeString(folder.resolve("pki/ca.crt"), "authority");
        Files.writeString(folder.resolve("pki/me.crt"), "certificate");
        Files.writeString(folder.resolve("pki/me.key"), "-----BEGIN RSA PRIVATE KEY-----\n");
        Files.writeString(folder.resolve("token"), "from a file\n");
        return Files.writeString(folder.resolve("kubeconfig"), text);
    }

    private static String decoded(String data) {
        return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }

    @Test
    void the_current_context_is_taken_unless_another_is_asked_for() throws Exception {
        Kubeconfig current = Kubeconfig.read(file(FILE), "");
        assertThat(current.server()).isEqualTo(URI.create("https://[fd00::1]"));
        assertThat(current.host()).isEqualTo("fd00::1");
        assertThat(current.port()).isEqualTo(443);
        assertThat(current.user().path("token").asText()).isEqualTo("secret");
        assertThat(Kubeconfig.read(file(FILE), "file").user().path("token").asText())
                .isEqualTo("from a file");
    }

    @Test
    void what_is_named_as_a_file_is_read_beside_the_kubeconfig() throws Exception {
        Kubeconfig read = Kubeconfig.read(file(FILE), "certificate");
        assertThat(decoded(read.cluster().path("certificate-authority-data").asText()))
                .isEqualTo("authority");
        assertThat(decoded(read.user().path("client-certificate-data").asText()))
                .isEqualTo("certificate");
        assertThat(decoded(read.user().path("client-key-data").asText())).startsWith("-----BEGIN RSA");
        assertThat(read.text()).doesNotContain("pki");
    }

    @Test
    void by_another_address_the_server_is_still_who_it_was() throws Exception {
        URI relay = URI.create("https://192.168.60.1:6443");
        Path written = Files.writeString(
                folder.resolve("inside"),
                Kubeconfig.read(file(FILE), "certificate").by(relay).text());
        Kubeconfig inside = Kubeconfig.read(written, "");
        assertThat(inside.server()).isEqualTo(relay);
        assertThat(inside.cluster().path("tls-server-name").asText()).isEqualTo("api.example");
        Kubeconfig named = Kubeconfig.read(file(FILE), "token").by(relay);
        assertThat(named.cluster().path("tls-server-name").asText()).isEqualTo("api.example");
    }

    @Test
    void a_key_that_does_not_say_its_algorithm_is_written_so_that_it_does() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Path file = file(FILE);
        Files.writeString(folder.resolve("pki/me.key"), pem);
        assertThat(decoded(Kubeconfig.read(file, "certificate")
                        .user()
                        .path("client-key-data")
                        .asText()))
                .startsWith("-----BEGIN EC PRIVATE KEY-----");
        Files.writeString(folder.resolve("pki/me.key"), "none");
        assertThatThrownBy(() -> Kubeconfig.read(file, "certificate"))
                .hasMessageContaining("has a client key that cannot be used: it is no RSA and no EC key");
    }

    @ParameterizedTest
    @CsvSource({
        "plugin, a user with 'exec'",
        "nobody, has no user 'nobody'",
        "absent, has no context 'absent'",
    })
    void what_cannot_be_used_is_refused_with_its_name(String context, String sentence) throws Exception {
        Path file = file(FILE);
        assertThatThrownBy(() -> Kubeconfig.read(file, context))
                .isInstanceOfSatisfying(
                        LabFailure.class, e -> assertThat(e.exitCode()).isEqualTo(LabFailure.WRONG_USE))
                .hasMessageContaining("The kubeconfig '" + file + "' ")
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://api.example | has a server 'http://api.example', where the lab needs https://HOST:PORT",
                "https://api.example/k8s/c-1 | has a server 'https://api.example/k8s/c-1' with a path",
            })
    void a_server_that_a_relay_does_not_lead_to_is_refused(String server, String sentence) throws Exception {
        Path file = file(FILE.replace("https://api.example:6443", server));
        assertThatThrownBy(() -> Kubeconfig.read(file, "file")).hasMessageContaining(sentence);
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThatThrownBy(() -> Kubeconfig.read(folder.resolve("absent"), ""))
                .hasMessageStartingWith("The kubeconfig '" + folder.resolve("absent") + "' cannot be read");
    }
}
