package io.stentor.kube;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Read access to an object as JSON has it, whatever its shape is: what is not there, or is of another type, is empty.
/// A schema may have been skipped, or be somebody else's.
public record Tree(@Nullable Object value) {

    /// The value of a field.
    public Tree at(String... path) {
        Object at = value;
        for (String name : path) {
            at = at instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return new Tree(at);
    }

    public Optional<String> text() {
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }

    public Optional<Long> number() {
        return value instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    public Optional<Boolean> truth() {
        return value instanceof Boolean truth ? Optional.of(truth) : Optional.empty();
    }

    /// Whether there is nothing.
    public boolean isAbsent() {
        return value == null;
    }

    /// What is there, for people; empty for what is not there or has parts of its own.
    public String shown() {
        return value == null || value instanceof Map || value instanceof List ? "" : value.toString();
    }

    /// The items of a list.
    public List<Tree> items() {
        if (!(value instanceof List<?> list)) {
            return List.of();
        }
        List<Tree> items = new ArrayList<>(list.size());
        list.forEach(item -> items.add(new Tree(item)));
        return Collections.unmodifiableList(items);
    }
}
