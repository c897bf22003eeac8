package io.stentor.model;

import java.util.Optional;

/// One address of a node and what it is for.
public record NodeAddress(Type type, IpAddress address) {

    /// The kinds that `CiliumNode.spec.addresses` and `Node.status.addresses` know.
    public enum Type {
        /// How other nodes reach this one: the tunnel's end, the next hop of direct routes.
        INTERNAL_IP("InternalIP"),
        /// How the world reaches the node.
        EXTERNAL_IP("ExternalIP"),
        /// The address of the node itself inside its pod CIDR.
        CILIUM_INTERNAL_IP("CiliumInternalIP"),
        /// An address that was given in the place of a host name.
        HOSTNAME("Hostname");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /// @param text as Kubernetes writes it: `InternalIP`
        public static Optional<Type> parse(String text) {
            for (Type type : values()) {
                if (type.text.equals(text)) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }

        /// As Kubernetes writes it.
        @Override
        public String toString() {
            return text;
        }
    }
}
