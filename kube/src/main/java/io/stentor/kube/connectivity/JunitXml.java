package io.stentor.kube.connectivity;

import java.time.Duration;
import java.util.Locale;

/// A report in the form that test servers read.
public final class JunitXml {

    private JunitXml() {}

    public static String of(Report report) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append("<testsuites><testsuite name=\"stentor connectivity test\" tests=\"")
                .append(report.results().size())
                .append("\" failures=\"")
                .append(report.failed().size())
                .append("\" errors=\"0\" skipped=\"")
                .append(report.skipped().size())
                .append("\" time=\"")
                .append(seconds(report.time()))
                .append("\">\n");
        report.results().forEach(result -> add(xml, result));
        if (!report.drops().isEmpty()) {
            xml.append("  <system-out>")
                    .append(escaped(String.join("\n", report.drops())))
                    .append("</system-out>\n");
        }
        return xml.append("</testsuite></testsuites>\n").toString();
    }

    private static void add(StringBuilder xml, Result result) {
        xml.append("  <testcase classname=\"connectivity.")
                .append(result.family())
                .append("\" name=\"");
        xml.append(escaped(result.name())).append("\" time=\"").append(seconds(result.time()));
        switch (result.verdict()) {
            case Verdict.Passed _ -> xml.append("\"/>\n");
            case Verdict.Skipped(String reason) ->
                xml.append("\"><skipped message=\"").append(escaped(reason)).append("\"/></testcase>\n");
            case Verdict.Failed failed ->
                xml.append("\"><failure message=\"")
                        .append(escaped(failed.findings().getFirst()))
                        .append("\">")
                        .append(escaped(String.join("\n", failed.findings())))
                        .append("</failure></testcase>\n");
        }
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f", time.toMillis() / 1000.0);
    }

    /// As text and as an attribute's value; characters that XML does not have go.
    private static String escaped(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x{20}-\\x{d7ff}\\x{e000}-\\x{fffd}\\x{10000}-\\x{10ffff}]", "?")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("\n", "&#10;");
    }
}
