package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class SecretRules implements BuiltinRules.Particular {

    @Override
    public void complete(ObjectNode secret, @Nullable ObjectNode old) {
        if (secret.get("stringData") instanceof ObjectNode texts) {
            ObjectNode data = Json.ensure(secret, "data");
            for (var entry : texts.properties()) {
                byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
                data.put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
            }
            secret.remove("stringData");
        }
        if (Json.text(secret, "type").isEmpty()) {
            secret.put("type", "Opaque");
        }
    }

    @Override
    public void validate(ObjectNode secret, @Nullable ObjectNode old, List<Cause> causes) {
        for (var entry : secret.path("data").properties()) {
            if (!Formats.isBase64(entry.getValue().asText())) {
                causes.add(Cause.invalid("data[" + entry.getKey() + "]", "<hidden>", "must be base64"));
            }
        }
    }
}
