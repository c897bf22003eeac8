package io.stentor.lab.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The least OpenAPI v2 document that tells a client "the server validates fields": one operation, the patch of a
/// Namespace. kubectl asks for it when version 3 does not know a kind, and then says of the kind what there is to say.
///
/// It is protobuf, as kubectl asks for it: the messages of gnostic's OpenAPIv2.proto.
final class OpenApiV2 {

    static final String CONTENT_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private OpenApiV2() {}

    static byte[] document() {
        byte[] info = join(text(1, "Kubernetes (Stentor's lab)"), text(2, "v1"));
        byte[] query = join(text(2, "query"), text(4, "fieldValidation"), text(6, "string"));
        byte[] parameter = message(1, message(2, message(2, query)));
        byte[] response = message(2, join(text(1, "200"), message(2, message(1, text(1, "OK")))));
        byte[] groupVersionKind = text(2, "group: \"\"\nkind: Namespace\nversion: v1\n");
        byte[] extension = join(text(1, "x-kubernetes-group-version-kind"), message(2, groupVersionKind));
        byte[] operation = join(
                text(5, "patchCoreV1Namespace"), message(8, parameter), message(9, response), message(13, extension));
        byte[] path = join(text(1, "/api/v1/namespaces/{name}"), message(2, message(8, operation)));
        return join(text(1, "2.0"), message(2, info), message(8, message(2, path)));
    }

    private static byte[] text(int field, String text) {
        return message(field, text.getBytes(StandardCharsets.UTF_8));
    }

    /// A field of wire type 2: its tag, its length, its bytes.
    private static byte[] message(int field, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(field << 3 | 2);
        int length = content.length;
        for (; length > 0x7f; length >>>= 7) {
            out.write((length & 0x7f) | 0x80);
        }
        out.write(length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        return Der.join(parts);
    }
}
