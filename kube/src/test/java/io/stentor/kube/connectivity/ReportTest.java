package io.stentor.kube.connectivity;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kube.connectivity.Task.Target;
import io.stentor.model.IpAddress;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportTest {

    private static Result result(String name, Verdict verdict) {
        return new Result(name, "ipv4", "something holds", verdict, Duration.ofMillis(1234));
    }

    private static final Report REPORT = new Report(
            "https://192.0.2.1",
            List.of("a", "b"),
            "tunnel",
            List.of(
                    result("good", Verdict.PASSED),
                    result("bad", new Verdict.Failed(List.of("a < b & \"c\"\u0001", "second"))),
                    result("not-here", new Verdict.Skipped("one node"))),
            List.of("a: 2 ingress packets dropped: Invalid source ip"),
            Duration.ofSeconds(9));

    @Test
    void junits_xml_has_every_case_with_its_outcome() throws Exception {
        Document xml = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(JunitXml.of(REPORT).getBytes(StandardCharsets.UTF_8)));
        Element suite = (Element) xml.getElementsByTagName("testsuite").item(0);
        assertThat(List.of(suite.getAttribute("tests"), suite.getAttribute("failures"), suite.getAttribute("skipped")))
                .containsExactly("3", "1", "1");
        Element failure = (Element) xml.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("message")).isEqualTo("a < b & \"c\"?");
        assertThat(failure.getTextContent()).isEqualTo("a < b & \"c\"?\nsecond");
        assertThat(((Element) failure.getParentNode()).getAttribute("name")).isEqualTo("bad");
        Element skipped = (Element) xml.getElementsByTagName("skipped").item(0);
        assertThat(skipped.getAttribute("message")).isEqualTo("one node");
        assertThat(((Element) xml.getElementsByTagName("testcase").item(0)).getAttribute("time"))
                .isEqualTo("1.234");
        assertThat(xml.getElementsByTagName("system-out").item(0).getTextContent())
                .contains("Invalid source ip");
    }

    @Test
    void a_report_counts() {
        assertThat(REPORT.passed()).isEqualTo(1);
        assertThat(REPORT.failed()).extracting(Result::name).containsExactly("bad");
        assertThat(REPORT.skipped()).extracting(Result::name).containsExactly("not-here");
    }

    @Test
    void drops_are_those_that_came_after_the_first_count() {
        assertThat(Drops.since("node-1", """
                        serving port=28007 mtu=1500
                        drop 5 direction="egress",reason="Invalid source ip"
                        drop 1 direction="ingress",reason="Stale"
                        drops are counted
                        drop 6 direction="egress",reason="Invalid source ip"
                        drop 3 direction="ingress",reason="New"
                        drop 9 direction="egress",reason="Invalid source ip"
                        """))
                .containsExactly(
                        "node-1: 4 egress packets dropped: Invalid source ip",
                        "node-1: 3 ingress packets dropped: New");
        assertThat(Drops.since("node-1", "serving port=1")).isEmpty();
    }

    @Test
    void the_last_state_of_a_flow_counts_and_what_it_lost_is_told() {
        Flow flow = new Flow("x", "udp", new Target("far", IpAddress.of("fd00::2"), 7), "talker");
        assertThat(flow.text()).isEqualTo("x udp fd00::2 7 every=20");
        var states = Flow.states("""
                x flow sent=1 answered=1 lost=0 broken=0 gap=3 silent=1
                y unable lacks=CAP_NET_RAW
                x flow sent=90 answered=80 lost=7 broken=0 gap=250 silent=4
                """);
        assertThat(states).containsOnlyKeys("x");
        assertThat(flow.loss(states.get("x")))
                .contains("talker -> far [fd00::2]:7 udp: 7 of 90 lost, 0 connections broken, longest without an answer"
                        + " 250 ms");
        assertThat(flow.loss(new Flow.State(90, 88, 0, 0, 9, 4))).isEmpty();
    }

    @Test
    void a_host_may_have_a_port() {
        IpAddress v4 = IpAddress.of("192.0.2.1");
        IpAddress v6 = IpAddress.of("2001:db8::1");
        assertThat(Options.Host.parse("192.0.2.1", 9)).contains(new Options.Host(v4, 9));
        assertThat(Options.Host.parse("192.0.2.1:80", 9)).contains(new Options.Host(v4, 80));
        assertThat(Options.Host.parse("2001:db8::1", 9)).contains(new Options.Host(v6, 9));
        assertThat(Options.Host.parse("[2001:db8::1]:80", 9)).contains(new Options.Host(v6, 80));
        for (String wrong : List.of("", "example.org", "192.0.2.1:0", "192.0.2.1:70000", "[::1]", "1.2.3")) {
            assertThat(Options.Host.parse(wrong, 9)).as(wrong).isEmpty();
        }
    }
}
