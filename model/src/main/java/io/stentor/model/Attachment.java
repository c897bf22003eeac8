package io.stentor.model;

/// Where a pod is plugged in.
///
/// @param containerId   the runtime's name of the sandbox, as CNI gives it
/// @param podInterface  the link's name inside the pod, as CNI gives it: `eth0`
/// @param hostInterface the name of its other end on the host
/// @param ifindex       the index of the host's end
/// @param podMac        the MAC address of the pod's end
public record Attachment(
        String containerId, String podInterface, String hostInterface, int ifindex, MacAddress podMac) {}
