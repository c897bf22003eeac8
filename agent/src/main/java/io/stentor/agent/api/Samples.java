package io.stentor.agent.api;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Metrics of one scrape, as they are read.
final class Samples {
    private final List<MetricSnapshot> all = new ArrayList<>();

    /// Values of one metric by their labels.
    static final class Values {
        private final Map<Labels, Double> values = new LinkedHashMap<>();

        /// @param labels name, value, name, value …
        Values put(Number value, String... labels) {
            values.merge(Labels.of(labels), value.doubleValue(), Double::sum);
            return this;
        }
    }

    /// Histograms of one metric by their labels.
    static final class Histograms {
        private final List<Double> bounds;
        private final List<HistogramDataPointSnapshot> points = new ArrayList<>();

        /// @param bounds upper ones, ascending; what is above all of them has a bucket of its own
        Histograms(List<Double> bounds) {
            this.bounds = List.copyOf(bounds);
        }

        /// @param counts of each bucket, not of those below it; one more than bounds
        /// @param labels name, value, name, value …
        Histograms put(List<Long> counts, double sum, String... labels) {
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < counts.size(); i++) {
                buckets.bucket(i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY, counts.get(i));
            }
            points.add(HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(buckets.build())
                    .sum(sum)
                    .labels(Labels.of(labels))
                    .build());
            return this;
        }
    }

    Samples histogram(String name, String help, Histograms values) {
        HistogramSnapshot.Builder builder =
                HistogramSnapshot.builder().name(name).help(help);
        values.points.forEach(builder::dataPoint);
        all.add(builder.build());
        return this;
    }

    Samples gauge(String name, String help, Number value) {
        return gauge(name, help, new Values().put(value));
    }

    Samples gauge(String name, String help, Values values) {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
        values.values.forEach((labels, value) -> builder.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        all.add(builder.build());
        return this;
    }

    /// @param name without `_total`, which the text format adds
    Samples counter(String name, String help, Values values) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        values.values.forEach((labels, value) -> builder.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        all.add(builder.build());
        return this;
    }

    MetricSnapshots snapshots() {
        return new MetricSnapshots(all);
    }
}
