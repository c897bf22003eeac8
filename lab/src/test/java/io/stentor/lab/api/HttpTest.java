package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is said to requests that nobody's client library makes.
class HttpTest {

    @TempDir
    Path folder;

    private TestServer server;
    private HttpClient client;
    private String token;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(folder.resolve("kubeconfig"), 100);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        byte[] pem = server.certificates().authorityPem().getBytes(StandardCharsets.US_ASCII);
        trusted.setCertificateEntry(
                "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder().sslContext(tls).build();
        java.time.Instant now = java.time.Instant.now();
        token = new Tokens(server.certificates())
                .issue(new ObjectName("default", "default"), List.of("lab"), now, now.plusSeconds(600));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private HttpResponse<String> send(String method, String path, String type, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", type)
                .header("Authorization", "Bearer " + token)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /api/v1/namespaces/default/pods | application/json | {\"a\": | 400 | the body is not JSON: Unexpected end-of-input within/between Object entries at line 1, column 6",
                "POST | /api/v1/namespaces/default/pods | application/json | '' | 400 | the request has no body",
                "POST | /api/v1/namespaces/default/pods | application/json | [] | 400 | the body must be an object, not ARRAY",
                "POST | /api/v1/namespaces/default/pods | text/plain | x | 415 | the lab's API server reads application/json, application/yaml and application/vnd.kubernetes.protobuf, not \"text/plain\"",
                "POST | /api/v1/namespaces/default/pods | application/vnd.kubernetes.protobuf | x | 400 | the body is not Kubernetes protobuf: it does not begin with k8s and a zero",
                "POST | /api/v1/namespaces/default/pods | application/json | {\"kind\": \"Node\"} | 400 | the object is a v1 Node, the path is for a v1 Pod",
                "POST | /api/v1/namespaces/default/configmaps | application/json | {\"metadata\": {\"name\": \"a\", \"namespace\": \"b\"}} | 400 | the namespace of the object (b) does not match the namespace on the URL (default)",
                "POST | /api/v1/namespaces/nowhere/configmaps | application/json | {\"metadata\": {\"name\": \"a\"}} | 404 | namespaces \"nowhere\" not found",
                "POST | /api/v1/namespaces/default/configmaps | application/json | {\"metadata\": {\"name\": \"A\"}} | 422 | ConfigMap \"A\" is invalid: metadata.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
                "POST | /api/v1/namespaces/default/configmaps?fieldValidation=Strict | application/yaml | '{metadata: {name: a}, dat: {}}' | 400 | ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dat\"",
                "POST | /api/v1/namespaces/default/configmaps | application/yaml | '{metadata: {name: a}, data: {k: 1}}' | 400 | ConfigMap in version \"v1\" cannot be handled as a ConfigMap: data.k: must be a string, not 1",
                "GET | /api/v1/pods?limit=x | application/json | '' | 400 | limit: \"x\" is no whole number",
                "GET | /api/v1/pods?fieldSelector=foo=bar | application/json | '' | 400 | field label not supported: foo",
                "GET | /api/v1/namespaces/default/pods/p/exec | application/json | '' | 501 | the lab's API server does not do exec; use: stentor lab exec default/p -- COMMAND",
                "POST | /apis/batch/v1/namespaces/default/jobs | application/json | {} | 404 | the server could not find the requested resource: the lab's API server has no jobs in batch/v1",
                "PUT | /api/v1/namespaces/default/pods | application/json | {} | 405 | 'PUT replaces an object, and the path names none'",
                "PATCH | /api/v1/namespaces/default | application/foo | {} | 415 | 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml'",
                "PATCH | /api/v1/namespaces/default | application/json-patch+json | '[{\"op\": \"test\", \"path\": \"/kind\", \"value\": 1}]' | 422 | the server rejected our request due to an error in our request: testing path /kind failed: it is \"Namespace\"",
            })
    void bad_requests_are_answered_with_a_status(
            String method, String path, String type, String body, int code, String message) throws Exception {
        HttpResponse<String> response = send(method, path, type, body);
        JsonNode status = Json.parse(response.body().getBytes(StandardCharsets.UTF_8));
        assertThat(status.path("message").asText()).isEqualTo(message);
        assertThat(status.path("kind").asText()).isEqualTo("Status");
        assertThat(response.statusCode()).isEqualTo(code);
    }

    @Test
    void nobody_unknown_sees_more_than_health_and_version() throws Exception {
        for (String path : List.of("/api", "/apis", "/api/v1/pods", "/openapi/v3", "/")) {
            assertThat(anonymous(path, "")).isEqualTo(401);
            assertThat(anonymous(path, "Bearer " + token + "x")).isEqualTo(401);
            assertThat(anonymous(path, "Basic YTpi")).isEqualTo(401);
        }
        assertThat(anonymous("/healthz", "")).isEqualTo(200);
        assertThat(anonymous("/version", "")).isEqualTo(200);
    }

    private int anonymous(String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void an_expired_token_is_nobody() {
        Tokens tokens = new Tokens(server.certificates());
        java.time.Instant now = java.time.Instant.now();
        String made = tokens.issue(new ObjectName("default", "a"), List.of(), now, now.plusSeconds(10));
        assertThat(tokens.verify(made, now)).map(Caller::name).contains("system:serviceaccount:default:a");
        assertThat(tokens.verify(made, now.plusSeconds(10))).isEmpty();
        Certificates other = Certificates.create(List.of("127.0.0.1"));
        assertThat(new Tokens(other).verify(made, now)).isEmpty();
    }

    @Test
    void the_kubeconfig_is_its_owners_alone_and_keys_survive_being_saved() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("kubeconfig"))))
                .isEqualTo("rw-------");
        server.certificates().save(folder.resolve("pki"));
        Certificates loaded = Certificates.load(folder.resolve("pki"));
        assertThat(loaded.authorityPem()).isEqualTo(server.certificates().authorityPem());
        assertThat(new Tokens(loaded).verify(token, java.time.Instant.now())).isPresent();
    }

    @Test
    void a_long_list_comes_in_parts_of_one_state() throws Exception {
        for (int i = 0; i < 5; i++) {
            server.objects().create(Resource.CONFIG_MAPS, Objects.configMap("m" + i, ""));
        }
        String path = "/api/v1/configmaps?limit=2";
        JsonNode first = get(path);
        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(3);
        server.objects().delete(Resource.CONFIG_MAPS, new ObjectName("default", "m2"), DeleteOptions.DEFAULT);
        JsonNode second =
                get(path + "&continue=" + first.at("/metadata/continue").asText());
        assertThat(second.at("/items/0/metadata/name").asText()).isEqualTo("m2");
        assertThat(second.at("/metadata/resourceVersion")).isEqualTo(first.at("/metadata/resourceVersion"));
        JsonNode third =
                get(path + "&continue=" + second.at("/metadata/continue").asText());
        assertThat(third.path("items")).hasSize(1);
        assertThat(third.at("/metadata/continue").isMissingNode()).isTrue();
    }

    private JsonNode get(String path) throws Exception {
        return Json.parse(send("GET", path, "application/json", "").body().getBytes(StandardCharsets.UTF_8));
    }
}
