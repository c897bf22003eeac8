package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.node.Allocations.Granted;
import io.stentor.node.NodeSettings.Families;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class AllocationsPropertyTest {
    @Property(tries = 200)
    void no_address_and_no_id_is_ever_given_twice(@ForAll long seed) throws CniError {
        Random random = new Random(seed);
        Allocations allocations =
                AllocationsTest.of(new Families(true, true), "10.0.0.0/28", "10.9.0.0/29", "fd00::/123");
        List<Granted> held = new ArrayList<>();
        Set<Object> inUse = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            if (held.isEmpty() || (held.size() < 18 && random.nextBoolean())) {
                Granted granted = allocations.grant();
                assertThat(inUse.add(granted.id())).isTrue();
                granted.addresses().all().forEach(a -> assertThat(inUse.add(a)).isTrue());
                held.add(granted);
            } else {
                Granted gone = held.remove(random.nextInt(held.size()));
                allocations.release(gone.id(), gone.addresses());
                inUse.remove(gone.id());
                gone.addresses().all().forEach(inUse::remove);
            }
        }
    }
}
