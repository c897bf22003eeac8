package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// What a client does with the API's objects, in the server's own process ([ApiServer#objects]) or from elsewhere.
///
/// Objects that are returned are shared with everybody: `deepCopy` before changing one. Objects that are given belong
/// to the API from then on. Failures are [ApiException] with the Status that a client over HTTP would get.
public interface ObjectApi {

    Optional<ObjectNode> find(Resource resource, ObjectName name);

    /// As [#find].
    ///
    /// @throws ApiException 404 when there is none
    ObjectNode get(Resource resource, ObjectName name);

    ObjectList list(Resource resource, Selection selection);

    /// Changes after `resourceVersion`; with "" the present objects come first, as ADDED.
    Watch watch(Resource resource, Selection selection, String resourceVersion);

    /// `metadata.namespace` says where; `apiVersion` and `kind` may be absent.
    ///
    /// @throws ApiException 409 AlreadyExists, 422 Invalid
    ObjectNode create(Resource resource, ObjectNode object);

    /// Replaces all but the status (where the resource has one apart).
    ///
    /// @throws ApiException 409 Conflict when `metadata.resourceVersion` is set and not the current one
    ObjectNode update(Resource resource, ObjectNode object);

    /// Replaces the status alone.
    ObjectNode updateStatus(Resource resource, ObjectNode object);

    /// Applies a JSON merge patch (RFC 7386).
    ///
    /// @param subresource "", `status`, `scale` or, for a namespace that goes, `finalize`
    ObjectNode mergePatch(Resource resource, ObjectName name, String subresource, JsonNode patch);

    /// Starts or does the deletion: an object with finalizers, or a pod with a grace period, stays with a
    /// `deletionTimestamp` until they are done.
    void delete(Resource resource, ObjectName name, DeleteOptions options);

    /// Binds a pod to a node, as a scheduler does.
    void bind(ObjectName pod, String node);
}
