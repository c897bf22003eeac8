package io.stentor.lab.api;

/// A collection of objects: what stands between the API group and the object's name in a URL.
///
/// @param group   API group, "" for the core
/// @param version the version that objects are read and written in
/// @param plural  the name in URLs, in lower case
public record Resource(String group, String version, String plural) {

    public static final Resource NAMESPACES = core("namespaces");
    public static final Resource NODES = core("nodes");
    public static final Resource PODS = core("pods");
    public static final Resource SERVICES = core("services");
    public static final Resource ENDPOINTS = core("endpoints");
    public static final Resource EVENTS = core("events");
    public static final Resource CONFIG_MAPS = core("configmaps");
    public static final Resource SECRETS = core("secrets");
    public static final Resource SERVICE_ACCOUNTS = core("serviceaccounts");
    public static final Resource DEPLOYMENTS = new Resource("apps", "v1", "deployments");
    public static final Resource REPLICA_SETS = new Resource("apps", "v1", "replicasets");
    public static final Resource DAEMON_SETS = new Resource("apps", "v1", "daemonsets");
    public static final Resource ENDPOINT_SLICES = new Resource("discovery.k8s.io", "v1", "endpointslices");
    public static final Resource LEASES = new Resource("coordination.k8s.io", "v1", "leases");
    public static final Resource CRDS = new Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    private static Resource core(String plural) {
        return new Resource("", "v1", plural);
    }

    /// `v1` or `group/version`.
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// `pods`, `deployments.apps`: how errors name it.
    public String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    @Override
    public String toString() {
        return qualified();
    }
}
