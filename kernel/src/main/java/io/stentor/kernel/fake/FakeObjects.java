package io.stentor.kernel.fake;

import io.stentor.kernel.MapMismatch;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.ProgramType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Objects that can be loaded into [FakeBpf].
public final class FakeObjects {
    /// What an object file would declare.
    ///
    /// @param name     the object's, as in [ObjectSpec]
    /// @param programs types by name
    /// @param maps     under the names of their specifications
    public record Definition(String name, Map<String, ProgramType> programs, List<MapSpec> maps) {}

    private final FakeBpf bpf;
    private final Map<String, Definition> definitions = new HashMap<>();
    private final List<ObjectSpec> loaded = new ArrayList<>();

    FakeObjects(FakeBpf bpf) {
        this.bpf = bpf;
    }

    void define(Definition definition) {
        definitions.put(definition.name, definition);
    }

    List<ObjectSpec> loaded() {
        return List.copyOf(loaded);
    }

    BpfObject load(ObjectSpec spec) {
        Definition definition = definitions.get(spec.name());
        if (definition == null) {
            throw new IllegalArgumentException("no object " + spec.name() + " was defined for the fake kernel");
        }
        Map<String, BpfMap> maps = new LinkedHashMap<>();
        for (MapSpec declared : definition.maps) {
            Integer entries = spec.maps().maxEntries().get(declared.name());
            MapSpec wanted = entries == null ? declared : declared.withMaxEntries(entries);
            BpfMap existing = spec.maps().reused().get(declared.name());
            if (existing != null && !wanted.fits(existing.spec())) {
                throw new MapMismatch(spec.name() + "/" + declared.name(), wanted, existing.spec());
            }
            maps.put(
                    declared.name(),
                    existing == null ? bpf.createMap(wanted) : new FakeMap(bpf, ((FakeMap) existing).table()));
        }
        Map<String, BpfProgram> programs = new LinkedHashMap<>();
        definition.programs.forEach((name, type) -> {
            if (!spec.skipped().contains(name)) {
                programs.put(
                        name,
                        new FakeProgram(bpf, new FakeProgram.Code(bpf.handles().nextId(), name, type)));
            }
        });
        loaded.add(spec);
        return new Loaded(programs, maps);
    }

    private record Loaded(Map<String, BpfProgram> programs, Map<String, BpfMap> maps) implements BpfObject {
        @Override
        public void close() {
            programs.values().forEach(BpfProgram::close);
            maps.values().forEach(BpfMap::close);
        }
    }
}
