package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import java.util.Map;

/// The programs of an object.
record LivingObject(Map<String, BpfProgram> programs) implements BpfObject {

    @Override
    public Map<String, BpfMap> maps() {
        return Map.of();
    }

    @Override
    public void close() {}
}
