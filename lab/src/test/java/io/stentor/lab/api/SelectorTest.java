package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                 | true",
                "a=1                | true",
                "a==1               | true",
                "a=2                | false",
                "a!=2               | true",
                "a!=1               | false",
                "x!=1               | true",
                "a in (1,2)         | true",
                "a in (2)           | false",
                "x in (2)           | false",
                "a notin (2,3)      | true",
                "x notin (2,3)      | true",
                "a notin (1)        | false",
                "a                  | true",
                "x                  | false",
                "!x                 | true",
                "!a                 | false",
                "a=1,example.io/b=q | true",
                "a=1,b=3            | false",
                "n>4                | true",
                "n<5                | false",
                "'a=1, example.io/b in (q, r) ,!x' | true",
            })
    void every_operator_means_what_kubectl_means_by_it(String selector, boolean matches) {
        var labels = Objects.yaml("{a: '1', example.io/b: q, n: '5'}");
        assertThat(LabelSelector.parse(selector).matches(labels)).isEqualTo(matches);
        // Its text is a selector that means the same.
        String text = LabelSelector.parse(selector).toString();
        assertThat(LabelSelector.parse(text).matches(labels)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a in 1   | unable to parse the label selector \"a in 1\": \"(\" is missing at position 5",
                "a b c    | unable to parse the label selector \"a b c\": \"b\" is no operator at position 3",
                "=b       | unable to parse the label selector \"=b\": a label's key is missing at position 0",
            })
    void a_malformed_selector_is_refused_with_the_place(String selector, String message) {
        assertThatThrownBy(() -> LabelSelector.parse(selector)).hasMessage(message);
    }

    @Test
    void a_selector_object_has_labels_and_expressions() {
        var labels = Objects.yaml("{a: '1'}");
        assertThat(LabelSelector.of(Objects.yaml("{matchLabels: {a: '1'}}")).matches(labels))
                .isTrue();
        assertThat(LabelSelector.of(Objects.yaml("{matchExpressions: [{key: a, operator: NotIn, values: ['1']}]}"))
                        .matches(labels))
                .isFalse();
        assertThat(LabelSelector.of(Objects.yaml("{}")).matches(labels)).isTrue();
        assertThat(LabelSelector.of(Objects.yaml("{}").path("absent")).matches(labels))
                .isFalse();
    }
}
