package io.stentor.model;

/// A pod of this node that is connected to the datapath.
///
/// @param id         its number on this node, 1 to 65535, kept as long as it lives
/// @param attachment where it is plugged in
/// @param pod        whose it is
/// @param addresses  what it may send from and is reached at
/// @param identity   its security identity
public record Endpoint(int id, Attachment attachment, PodName pod, Addresses addresses, int identity) {

    public Endpoint {
        if (id < 1 || id > 65535) {
            throw new IllegalArgumentException("endpoint IDs are 1 to 65535, not " + id);
        }
    }

    /// What problems about it are about.
    public String label() {
        return "endpoint " + id;
    }

    /// Whether a problem is about it or about its link, which is named `link`, index and hook.
    public boolean concerns(Problem problem) {
        return problem.object().equals(label()) || problem.object().startsWith("link " + attachment.ifindex() + " ");
    }
}
