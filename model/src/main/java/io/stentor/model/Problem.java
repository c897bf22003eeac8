package io.stentor.model;

/// Something that a user should know and can do something about.
///
/// @param object what it is about, as the user names it: `CiliumNode/worker-1`, `configuration`, `kernel`
/// @param field  the part of the object, or "" when it is about the whole
/// @param reason a sentence: what is wrong and what to do
public record Problem(String object, String field, String reason) {

    @Override
    public String toString() {
        return (field.isEmpty() ? object : object + " " + field) + ": " + reason;
    }
}
