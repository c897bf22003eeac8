package io.stentor.datapath;

import io.stentor.datapath.ServiceTable.Kind;
import io.stentor.datapath.ServiceTable.Mode;
import io.stentor.datapath.ServiceTable.Row;
import io.stentor.model.Family;
import io.stentor.model.Protocol;
import io.stentor.model.TrafficPolicy;
import java.util.Locale;

/// Writes the packet case of a row: what a service is asked and answers, and how that is to look at each hook. It
/// follows the table of docs/services.md and nothing of what the programs do.
final class ServiceTableCase {
    private static final int CLIENT_PORT = 40000;

    private final Row row;
    private final String service;
    private final StringBuilder text = new StringBuilder();

    private ServiceTableCase(Row row, World world) {
        this.row = row;
        service = row.address(world).toString();
    }

    static PacketCase of(Row row, World world) {
        ServiceTableCase written = new ServiceTableCase(row, world);
        written.config();
        switch (row.client()) {
            case POD -> written.pod();
            case OUTSIDE -> written.outside();
        }
        return PacketCase.parse(row.values().toString().toLowerCase(Locale.ROOT), written.text.toString());
    }

    private void config() {
        line("config services=true tunnel=%s encapsulate=%s"
                .formatted(row.mode() != Mode.NATIVE, row.mode() == Mode.TUNNEL_BY_PROGRAM));
    }

    private void pod() {
        if (row.kind() == Kind.EXTERNAL_IP) {
            foreign();
            return;
        }
        String asked = "eth(web, gateway)/" + packet("web", service, true, row.port(), false);
        String sent =
                packet("web", row.behind().name, true, row.backendPort(), row.behind() != ServiceTable.Behind.HOST);
        String returned = packet(service, "web", false, row.port(), true);
        switch (row.behind()) {
            case LOCAL -> {
                run("from_pod on web", asked, "redirect", "eth(gateway, db)/" + sent, "forward ingress");
                run(
                        "from_pod on db",
                        "eth(db, gateway)/" + answer("db", "web"),
                        "redirect",
                        "eth(gateway, web)/" + returned,
                        "forward ingress");
            }
            case REMOTE -> {
                run("from_pod on web", asked, "redirect", carried("eth(web, gateway)", 5, sent), "forward egress");
                arrives("far", "web", "eth(gateway, web)/" + returned, "forward ingress");
            }
            case HOST -> {
                run("from_pod on web", asked, "ok", "eth(web, gateway)/" + sent, "forward egress");
                run(
                        "to_pod on web",
                        "eth(gateway, web)/" + answer("a", "web"),
                        "ok",
                        "eth(gateway, web)/" + packet(service, "web", false, row.port(), false),
                        "forward ingress");
            }
        }
    }

    /// An external address that is no node's is the outside's, for pods.
    private void foreign() {
        String asked = "eth(web, gateway)/" + packet("web", service, true, row.port(), false);
        String sent = "eth(web, gateway)/" + packet("a", service, true, row.port(), true);
        run("from_pod on web", asked, "redirect", sent, "forward egress");
    }

    private void outside() {
        String asked = "eth(router, a)/" + packet("outside", service, true, row.port(), false);
        String returned = packet(service, "outside", false, row.port(), true);
        if (row.kind() == Kind.CLUSTER_IP) {
            run("from_net on eth0", asked, "ok", "same", "");
            return;
        }
        switch (row.behind()) {
            case LOCAL -> {
                run(
                        "from_net on eth0",
                        asked,
                        "redirect",
                        "eth(gateway, db)/" + packet("outside", "db", true, row.backendPort(), true),
                        "forward ingress");
                run(
                        "from_pod on db",
                        "eth(db, gateway)/" + answer("db", "outside"),
                        "redirect",
                        "eth(db, gateway)/" + returned,
                        "forward egress");
            }
            case REMOTE -> {
                if (row.policy() == TrafficPolicy.LOCAL) {
                    run("from_net on eth0", asked, "drop", "", "drop NO_SERVICE_BACKEND ingress");
                    return;
                }
                run(
                        "from_net on eth0",
                        asked,
                        "redirect",
                        carried("eth(router, a)", 2, packet("a", "far", true, row.backendPort(), true)),
                        "forward egress");
                arrives("far", "a", "eth(b, a)/" + returned, "forward egress");
            }
            case HOST -> {
                run(
                        "from_net on eth0",
                        asked,
                        "ok",
                        "eth(router, a)/" + packet("outside", "a", true, row.backendPort(), false),
                        "forward ingress");
                run(
                        "to_net on eth0",
                        "eth(a, router)/" + answer("a", "outside"),
                        "ok",
                        "eth(a, router)/" + packet(service, "outside", false, row.port(), false),
                        "");
            }
        }
    }

    /// What another node's pod answers comes in by the wire, or out of the tunnel, where nobody sees how it leaves.
    private void arrives(String from, String to, String out, String report) {
        if (row.mode() == Mode.NATIVE) {
            run("from_net on eth0", "eth(b, a)/" + answer(from, to), "redirect", out, report);
            return;
        }
        line("receive vni 5 from b");
        line("in eth(tunnel, gateway)/" + answer(from, to));
        line(report);
    }

    private String answer(String from, String to) {
        return packet(from, to, false, row.backendPort(), false);
    }

    /// To another node: as it is, or within the tunnel's headers.
    private String carried(String ethernet, int vni, String packet) {
        if (row.mode() != Mode.TUNNEL_BY_PROGRAM) {
            return ethernet + "/" + packet;
        }
        String type = row.family() == Family.IPV6 ? ", type=0x86dd)" : ")";
        return ethernet.replace(")", type) + "/ipv4(a, b, df=1)/udp(*, 8472, checksum=0)/vxlan(" + vni
                + ")/eth(tunnel, gateway)/" + packet;
    }

    /// @param port the server's
    private String packet(String from, String to, boolean asks, int port, boolean routed) {
        boolean ipv4 = row.family() == Family.IPV4;
        String hops = routed ? (ipv4 ? ", ttl=63" : ", hop=63") : "";
        String ports = asks ? CLIENT_PORT + ", " + port : port + ", " + CLIENT_PORT;
        String flags = row.protocol() == Protocol.TCP ? (asks ? ", flags=S" : ", flags=SA") : "";
        return (ipv4 ? "ipv4(" : "ipv6(") + from + ", " + to + hops + ")/"
                + row.protocol().name().toLowerCase(Locale.ROOT) + "(" + ports + flags + ")/payload(6)";
    }

    private void run(String where, String in, String verdict, String out, String report) {
        line("run " + where);
        line("in " + in);
        line("verdict " + verdict);
        if (!out.isEmpty()) {
            line("out " + out);
        }
        line(report);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
