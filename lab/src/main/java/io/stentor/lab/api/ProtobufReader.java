package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.TypeTable.Field;
import io.stentor.lab.api.TypeTable.FieldType;
import io.stentor.lab.api.TypeTable.ListOf;
import io.stentor.lab.api.TypeTable.MapOf;
import io.stentor.lab.api.TypeTable.Ref;
import io.stentor.lab.api.TypeTable.Scalar;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;

/// Reads the protobuf bodies that kubectl sends for built-in kinds (`create deployment`, `drain`, `create token`) into
/// the JSON that the server works with. Answers are always JSON, which such clients accept.
///
/// A body is `k8s\0` and a `runtime.Unknown` message: {1: {1: apiVersion, 2: kind}, 2: the object}.
/// Encoding: protobuf.dev/programming-guides/encoding.
final class ProtobufReader {

    private static final byte[] MAGIC = {'k', '8', 's', 0};

    /// Fields that Go writes though nobody set them; zero is what leaving them out means.
    private static final Set<String> ZERO_IS_ABSENT = Set.of(
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "hostPort",
            "stdin",
            "stdinOnce",
            "tty",
            "readOnly",
            "paused",
            "minReadySeconds",
            "unschedulable",
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
            "nodePort",
            "healthCheckNodePort",
            "publishNotReadyAddresses",
            "generation",
            "observedGeneration");

    private ProtobufReader() {}

    /// @throws ApiException 400 for what is malformed, 415 for a kind whose messages are not known
    static ObjectNode read(byte[] body) {
        if (body.length < 4 || !Arrays.equals(body, 0, 4, MAGIC, 0, 4)) {
            throw ApiException.badRequest("the body is not Kubernetes protobuf: it does not begin with k8s and a zero");
        }
        try {
            String[] type = {"", ""};
            ByteBuffer raw = ByteBuffer.allocate(0);
            ByteBuffer envelope = ByteBuffer.wrap(body, 4, body.length - 4);
            while (envelope.hasRemaining()) {
                long tag = varint(envelope);
                ByteBuffer value = bytes(envelope, tag);
                if (tag >>> 3 == 1) {
                    typeMeta(value, type);
                } else if (tag >>> 3 == 2) {
                    raw = value;
                }
            }
            ObjectNode object = Json.object();
            message(typeName(type[0], type[1]), "", raw, object);
            Json.normalize(object);
            return object.put("apiVersion", type[0]).put("kind", type[1]);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException cut) {
            throw ApiException.badRequest("the body is malformed protobuf");
        }
    }

    private static void typeMeta(ByteBuffer message, String[] type) {
        while (message.hasRemaining()) {
            long tag = varint(message);
            String text = text(bytes(message, tag));
            if (tag >>> 3 == 1 || tag >>> 3 == 2) {
                type[(int) (tag >>> 3) - 1] = text;
            }
        }
    }

    private static String typeName(String apiVersion, String kind) {
        String name = kind.equals("Event") && apiVersion.equals("v1") ? "CoreEvent" : kind;
        boolean known = TypeTable.BUILTIN.fields(name).values().stream()
                .anyMatch(f -> !f.number().isEmpty());
        if (!known) {
            throw ApiException.unsupportedMediaType("the lab's API server reads a " + apiVersion + " " + kind
                    + " as application/json, not as protobuf");
        }
        return name;
    }

    /// @param prefix number of the message that JSON does not show, with a dot; or ""
    private static void message(String type, String prefix, ByteBuffer message, ObjectNode target) {
        while (message.hasRemaining()) {
            long tag = varint(message);
            String number = prefix + (tag >>> 3);
            Field field = null;
            boolean around = false;
            for (Field each : TypeTable.BUILTIN.fields(type).values()) {
                field = each.number().equals(number) ? each : field;
                around |= each.number().startsWith(number + ".");
            }
            if (around) {
                message(type, number + ".", bytes(message, tag), target);
            } else if (field != null) {
                put(field, message, tag, target);
            } else {
                skip(message, tag);
            }
        }
    }

    private static void put(Field field, ByteBuffer message, long tag, ObjectNode target) {
        switch (field.type()) {
            case ListOf list -> target.withArray(field.name()).add(value(list.element(), message, tag));
            case MapOf map -> {
                ByteBuffer entry = bytes(message, tag);
                String key = "";
                JsonNode value =
                        map.value().equals(Scalar.STRING) || map.value().equals(Scalar.BYTES)
                                ? target.textNode("")
                                : Json.object();
                while (entry.hasRemaining()) {
                    long inner = varint(entry);
                    if (inner >>> 3 == 1) {
                        key = text(bytes(entry, inner));
                    } else {
                        value = value(map.value(), entry, inner);
                    }
                }
                Json.ensure(target, field.name()).set(key, value);
            }
            case Ref ref -> target.set(field.name(), value(ref, message, tag));
            case Scalar scalar -> {
                JsonNode value = value(scalar, message, tag);
                boolean zero = value.isNull()
                        || (value.isTextual() && value.asText().isEmpty())
                        || (ZERO_IS_ABSENT.contains(field.name()) && value.asInt(0) == 0 && !value.asBoolean());
                if (!zero) {
                    target.set(field.name(), value);
                }
            }
        }
    }

    private static JsonNode value(FieldType type, ByteBuffer message, long tag) {
        return switch (type) {
            case Ref ref -> {
                ObjectNode object = Json.object();
                message(ref.name(), "", bytes(message, tag), object);
                yield object;
            }
            case Scalar scalar -> scalar(scalar, message, tag);
            case ListOf list -> throw new IllegalArgumentException("a list in a list");
            case MapOf map -> throw new IllegalArgumentException("a map in a list");
        };
    }

    private static JsonNode scalar(Scalar scalar, ByteBuffer message, long tag) {
        ObjectNode make = Json.object();
        return switch (scalar) {
            case STRING -> make.textNode(text(bytes(message, tag)));
            case BYTES -> {
                ByteBuffer bytes = bytes(message, tag);
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                yield make.textNode(Base64.getEncoder().encodeToString(copy));
            }
            case BOOL -> make.booleanNode(varint(message) != 0);
            case INT32, INT64 -> make.numberNode(varint(message));
            case NUMBER ->
                make.numberNode(message.order(java.nio.ByteOrder.LITTLE_ENDIAN).getDouble());
            case QUANTITY -> {
                ByteBuffer inner = bytes(message, tag);
                yield make.textNode(inner.hasRemaining() ? text(bytes(inner, varint(inner))) : "0");
            }
            case TIME, MICROTIME -> time(bytes(message, tag), make);
            case INTSTR -> numberOrText(bytes(message, tag), make);
            case ANY ->
                throw ApiException.unsupportedMediaType(
                        "the body has a field that the lab's API server reads from application/json alone");
        };
    }

    private static JsonNode time(ByteBuffer message, ObjectNode make) {
        long seconds = 0;
        long nanos = 0;
        boolean any = message.hasRemaining();
        while (message.hasRemaining()) {
            long tag = varint(message);
            long value = varint(message);
            seconds = tag >>> 3 == 1 ? value : seconds;
            nanos = tag >>> 3 == 2 ? value : nanos;
        }
        return any ? make.textNode(Instant.ofEpochSecond(seconds, nanos).toString()) : make.nullNode();
    }

    private static JsonNode numberOrText(ByteBuffer message, ObjectNode make) {
        long kind = 0;
        long number = 0;
        String text = "";
        while (message.hasRemaining()) {
            long tag = varint(message);
            switch ((int) (tag >>> 3)) {
                case 1 -> kind = varint(message);
                case 2 -> number = varint(message);
                default -> text = text(bytes(message, tag));
            }
        }
        return kind == 0 ? make.numberNode(number) : make.textNode(text);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than ten bytes");
    }

    private static ByteBuffer bytes(ByteBuffer in, long tag) {
        if ((tag & 7) != 2) {
            throw new IllegalArgumentException("wire type " + (tag & 7) + " where bytes belong");
        }
        int length = Math.toIntExact(Math.clamp(varint(in), -1, Integer.MAX_VALUE));
        ByteBuffer slice = in.slice(in.position(), length);
        in.position(in.position() + length);
        return slice;
    }

    private static void skip(ByteBuffer in, long tag) {
        switch ((int) (tag & 7)) {
            case 0 -> varint(in);
            case 1 -> in.getLong();
            case 2 -> bytes(in, tag);
            case 5 -> in.getInt();
            default -> throw new IllegalArgumentException("wire type " + (tag & 7));
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
