package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Cidr;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerSideApplyTest {

    private static final Kind SERVICE = Kinds.builtin(
                    new ServiceRules(new ServiceAddresses(new Store(10), List.of(Cidr.of("10.96.0.0/16")))))
            .get(Resource.SERVICES);

    private static ServerSideApply by(String manager, boolean force) {
        WriteOptions options =
                new WriteOptions(WriteOptions.Validation.IGNORE, false, manager, force, new ArrayList<>());
        return new ServerSideApply(SERVICE, "", options);
    }

    private static final String HTTP_AND_HTTPS =
            "{metadata: {name: s, labels: {a: '1'}}, spec: {ports: [{port: 80, name: http}, {port: 443, name: https}]}}";

    private final ObjectNode live = by("one", false).first(Objects.yaml(HTTP_AND_HTTPS));

    @Test
    void what_a_manager_no_longer_applies_goes_and_what_others_wrote_stays() {
        Json.ensure(live, "spec").put("clusterIP", "10.96.0.7");
        Json.ensure(live, "metadata.labels").put("other", "x");
        ObjectNode after = by("one", false)
                .merge(live, Objects.yaml("{metadata: {name: s}, spec: {ports: [{port: 443, name: tls}]}}"));
        assertThat(after.at("/spec"))
                .isEqualTo(Objects.yaml("{ports: [{port: 443, name: tls}], clusterIP: 10.96.0.7}"));
        assertThat(after.at("/metadata/labels")).isEqualTo(Objects.yaml("{other: x}"));
    }

    @Test
    void two_managers_share_a_list_by_its_keys() {
        ObjectNode after = by("two", false)
                .merge(live, Objects.yaml("{metadata: {name: s}, spec: {ports: [{port: 53, protocol: UDP}]}}"));
        assertThat(after.at("/spec/ports")).hasSize(3);
        ObjectNode without = by("two", false).merge(after, Objects.yaml("{metadata: {name: s}}"));
        assertThat(without.at("/spec/ports")).hasSize(2);
    }

    @Test
    void another_value_for_anothers_field_is_a_conflict_unless_forced() {
        ObjectNode wanted = Objects.yaml("{metadata: {name: s, labels: {a: '2'}}}");
        assertThatThrownBy(() -> by("two", false).merge(live.deepCopy(), wanted))
                .hasMessage("Apply failed with 1 conflict: conflict with \"one\": .metadata.labels.a");
        ObjectNode after = by("two", true).merge(live, wanted);
        assertThat(after.at("/metadata/labels/a").asText()).isEqualTo("2");
        // The first no longer owns it, and so does not remove it.
        ObjectNode again = by("one", false).merge(after, Objects.yaml("{metadata: {name: s}}"));
        assertThat(again.at("/metadata/labels/a").asText()).isEqualTo("2");
    }

    @Test
    void the_same_value_is_owned_by_both() {
        ObjectNode same = Objects.yaml("{metadata: {name: s, labels: {a: '1'}}}");
        ObjectNode after = by("two", false).merge(live, same);
        ObjectNode one = by("one", false).merge(after, Objects.yaml("{metadata: {name: s}}"));
        assertThat(one.at("/metadata/labels/a").asText()).isEqualTo("1");
        ObjectNode none = by("two", false).merge(one, Objects.yaml("{metadata: {name: s}}"));
        assertThat(none.at("/metadata/labels/a").isMissingNode()).isTrue();
    }
}
