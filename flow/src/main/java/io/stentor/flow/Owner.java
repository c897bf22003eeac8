package io.stentor.flow;

import io.stentor.bpf.generated.Identity;

/// Whose an address is.
///
/// @param name     `namespace/name` of a pod, the name of a node; "" where it is not known
/// @param node     the node that it is on
/// @param identity its security identity
public record Owner(Kind kind, String name, String node, int identity) {

    public enum Kind {
        /// This node.
        HOST("host"),
        /// A pod of this node.
        POD("pod"),
        REMOTE_NODE("remote-node"),
        REMOTE_POD("remote-pod");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// For people: `demo/client`, `node worker-2`, `pod on worker-2`.
    @Override
    public String toString() {
        return switch (kind) {
            case HOST -> "host";
            case REMOTE_NODE -> "node " + name;
            case POD, REMOTE_POD -> name.isEmpty() ? "pod on " + node : name;
        };
    }

    /// A reserved identity in the field's words, or the number.
    public static String identity(int number) {
        return switch (number) {
            case 0 -> "unknown";
            case Identity.HOST -> "host";
            case Identity.WORLD -> "world";
            case Identity.UNMANAGED -> "unmanaged";
            case Identity.HEALTH -> "health";
            case Identity.INIT -> "init";
            case Identity.REMOTE_NODE -> "remote-node";
            case Identity.KUBE_APISERVER -> "kube-apiserver";
            case Identity.INGRESS -> "ingress";
            default -> Integer.toUnsignedString(number);
        };
    }
}
