package io.stentor.lab.api;

/// Which objects of a resource are wanted.
///
/// @param namespace     "" for all
/// @param labelSelector as kubectl's `-l`: `a=b,c!=d,e in (f,g),!h`; "" for all
/// @param fieldSelector as kubectl's `--field-selector`: `spec.nodeName=x,status.phase!=y`; "" for all
public record Selection(String namespace, String labelSelector, String fieldSelector) {

    public static final Selection ALL = new Selection("", "", "");

    public static Selection in(String namespace) {
        return new Selection(namespace, "", "");
    }

    public static Selection withLabels(String namespace, String labelSelector) {
        return new Selection(namespace, labelSelector, "");
    }

    public static Selection withField(String field, String value) {
        return new Selection("", "", field + "=" + value);
    }
}
