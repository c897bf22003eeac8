package io.stentor.lab.control;

import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;

/// One of the loops. Work reads from the API itself, not from copies, so that it never acts on what it has already
/// changed.
interface Controller {

    Loop<?> loop();

    /// An object came, changed or went. Wakes what has to look at it, and does nothing else.
    void changed(Resource resource, ObjectName name);
}
