package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Objects;

/// Labels by which Services, and the EndpointSlices that take them over from their Service, are nothing to a service
/// proxy, or to this one.
final class ServiceLabels {

    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String PROXY_NAME = "service.kubernetes.io/service-proxy-name";
    private static final String SERVICE_NAME = "kubernetes.io/service-name";

    private ServiceLabels() {}

    static Map<String, String> of(GenericKubernetesResource object) {
        return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
    }

    /// Whether a Service with these labels is for the proxy of this name.
    static boolean isServed(Map<String, String> labels, String proxyName) {
        return !labels.containsKey(HEADLESS) && text(labels, PROXY_NAME, "").equals(proxyName);
    }

    /// Whether a slice with these labels can stand behind such a Service. Those that are written by hand need not have
    /// the proxy's name.
    static boolean isSliceServed(Map<String, String> labels, String proxyName) {
        return !labels.containsKey(HEADLESS)
                && text(labels, PROXY_NAME, proxyName).equals(proxyName)
                && !serviceName(labels).isEmpty();
    }

    /// The Service that a slice stands behind, or nothing.
    static String serviceName(Map<String, String> labels) {
        return text(labels, SERVICE_NAME, "");
    }

    private static String text(Map<String, String> labels, String name, String otherwise) {
        return Objects.requireNonNullElse(labels.get(name), otherwise);
    }

    /// For a server to choose by: [#isServed].
    static String selector(String proxyName) {
        return "!" + HEADLESS + "," + (proxyName.isEmpty() ? "!" + PROXY_NAME : PROXY_NAME + "=" + proxyName);
    }

    /// For a server to choose by: [#isSliceServed], or more than that.
    static String sliceSelector(String proxyName) {
        return SERVICE_NAME + ",!" + HEADLESS + (proxyName.isEmpty() ? ",!" + PROXY_NAME : "");
    }
}
