package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What holds for the objects of one kind.
interface Rules {

    /// Removes the fields that the kind does not have.
    ///
    /// @return their paths
    /// @throws ApiException 400 when a field has a value of the wrong type
    List<String> prune(ObjectNode object);

    /// Fills in what was left out.
    ///
    /// @param old the object before the change; null when it is created
    void complete(ObjectNode object, @Nullable ObjectNode old);

    /// Says what is wrong with an object that is complete.
    void validate(ObjectNode object, @Nullable ObjectNode old, List<Cause> causes);
}
