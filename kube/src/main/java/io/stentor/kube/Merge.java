package io.stentor.kube;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// JSON merge patches (RFC 7396) over objects as JSON has them.
final class Merge {

    private Merge() {}

    /// Whether the patch would change nothing.
    static boolean covers(@Nullable Object object, @Nullable Object patch) {
        if (!(patch instanceof Map<?, ?> fields)) {
            return Objects.equals(object, patch);
        }
        if (!(object instanceof Map<?, ?> there)) {
            return false;
        }
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            if (!covers(there.get(field.getKey()), field.getValue())) {
                return false;
            }
        }
        return true;
    }
}
