package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ProtobufReaderTest {

    private static byte[] field(int number, byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] content = Der.join(parts);
        out.writeBytes(varint(number << 3 | 2));
        out.writeBytes(varint(content.length));
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] text(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] number(int number, int value) {
        return Der.join(varint(number << 3), varint(value));
    }

    private static byte[] varint(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (; value > 0x7f; value >>>= 7) {
            out.write((value & 0x7f) | 0x80);
        }
        out.write(value);
        return out.toByteArray();
    }

    private static byte[] body(String kind, byte[]... object) {
        byte[] type = field(1, text(1, "v1"), text(2, kind));
        return Der.join(new byte[] {'k', '8', 's', 0}, type, field(2, object), text(4, ""));
    }

    @Test
    void a_pod_is_read_into_the_json_that_it_means() {
        byte[] metadata = field(1, text(1, "p"), text(2, ""), field(11, text(1, "app"), text(2, "x")), field(8));
        byte[] port = field(6, text(1, ""), number(2, 0), number(3, 80), text(4, "TCP"));
        byte[] probe =
                field(11, field(1, field(2, text(1, "/"), field(2, number(1, 1), text(3, "web")))), number(2, 5));
        byte[] limits = field(8, field(1, text(1, "cpu"), field(2, text(1, "100m"))));
        byte[] container = field(2, text(1, "c"), text(2, "img"), port, probe, limits);
        byte[] spec = field(2, container, text(3, ""), number(4, 0), number(11, 0), number(12345, 1));
        assertThat(ProtobufReader.read(body("Pod", metadata, spec))).isEqualTo(Objects.yaml("""
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: p, labels: {app: x}}
                        spec:
                          terminationGracePeriodSeconds: 0
                          containers:
                          - name: c
                            image: img
                            ports: [{containerPort: 80, protocol: TCP}]
                            readinessProbe: {httpGet: {path: /, port: web}, initialDelaySeconds: 5}
                            resources: {limits: {cpu: 100m}}
                        """));
    }

    @Test
    void bytes_become_base64() {
        byte[] secret = body("Secret", field(1, text(1, "s")), field(2, text(1, "k"), text(2, "value")));
        assertThat(ProtobufReader.read(secret).at("/data/k").asText()).isEqualTo("dmFsdWU=");
    }

    @Test
    void a_kind_without_numbers_is_refused_with_a_sentence() {
        assertThatThrownBy(() -> ProtobufReader.read(body("Lease")))
                .hasMessage("the lab's API server reads a v1 Lease as application/json, not as protobuf");
    }

    @Property(tries = 300)
    void whatever_comes_is_read_or_refused(@ForAll @Size(max = 60) byte[] bytes) {
        try {
            ProtobufReader.read(Der.join(new byte[] {'k', '8', 's', 0}, field(1, text(2, "Pod")), field(2, bytes)));
        } catch (ApiException refused) {
            assertThat(refused.code()).isIn(400, 415);
        }
    }
}
