package io.stentor.datapath.sync;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.model.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An entry that the kernel holds otherwise than it should.
///
/// @param desired the value that should be there, or empty if none should
/// @param kernel  the value that is there, or empty if none is
public record Difference(MapSpec<?, ?> map, ByteString key, Optional<ByteString> desired, Optional<ByteString> kernel) {

    /// All that keeps a map from being its image.
    static List<Difference> between(MapImage<?, ?> image, PersistentMap<ByteString, ByteString> held) {
        MapSpec<?, ?> map = image.map();
        List<Difference> all = new ArrayList<>();
        held.diff(image.entries(), new PersistentMap.Diff<ByteString, ByteString>() {
            @Override
            public void added(ByteString key, ByteString value) {
                // An array holds zeros wherever nothing was written.
                if (map.type() != MapType.ARRAY || !value.isZero()) {
                    all.add(new Difference(map, key, Optional.of(value), Optional.empty()));
                }
            }

            @Override
            public void changed(ByteString key, ByteString old, ByteString value) {
                all.add(new Difference(map, key, Optional.of(value), Optional.of(old)));
            }

            @Override
            public void removed(ByteString key, ByteString value) {
                all.add(new Difference(map, key, Optional.empty(), Optional.of(value)));
            }
        });
        return all;
    }

    /// For people: map, key, then what should be and what is there.
    @Override
    public String toString() {
        return map + " " + text(map.key(), key) + ": desired "
                + desired.map(v -> text(map.value(), v)).orElse("nothing") + ", kernel "
                + kernel.map(v -> text(map.value(), v)).orElse("nothing");
    }

    /// What the kernel holds need not be anything that the layout can say: then its bytes.
    private static String text(Codec<?> codec, ByteString bytes) {
        try {
            return codec.decode(bytes.bytes()).toString();
        } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
            return "0x" + bytes;
        }
    }
}
