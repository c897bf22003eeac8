package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.PodName;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CniResultTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Endpoint ENDPOINT = new Endpoint(
            1,
            new Attachment("c1", "eth0", "stn0123456789ab", 9, MacAddress.of("02:00:00:00:00:0a")),
            new PodName("default", "web", "u"),
            new Addresses(Optional.of(IpAddress.of("10.0.0.5")), Optional.of(IpAddress.of("fd00::5"))),
            5);

    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void the_result_has_the_shape_of_the_version_that_was_asked_for(CniVersion version) throws JsonProcessingException {
        String routes4 = "{'dst':'169.254.7.1/32'},{'dst':'0.0.0.0/0','gw':'169.254.7.1'}";
        String routes6 = "{'dst':'::/0','gw':'fe80::7:1'}";
        String expected = switch (version) {
            case V0_1_0, V0_2_0 ->
                "'ip4':{'ip':'10.0.0.5/32','gateway':'169.254.7.1','routes':[" + routes4 + "]},"
                        + "'ip6':{'ip':'fd00::5/128','gateway':'fe80::7:1','routes':[" + routes6 + "]}";
            case V0_3_0, V0_3_1, V0_4_0 -> lists("'version':'4',", "'version':'6',", "", routes4 + "," + routes6);
            case V1_0_0 -> lists("", "", "", routes4 + "," + routes6);
            case V1_1_0 -> lists("", "", ",'mtu':1400", routes4 + "," + routes6);
        };
        String whole = ("{'cniVersion':'" + version + "'," + expected + ",'dns':{}}").replace('\'', '"');
        assertThat(CniResult.of(ENDPOINT, "/run/netns/x", 1400, version)).isEqualTo(JSON.readTree(whole));
    }

    private static String lists(String four, String six, String mtu, String routes) {
        return "'interfaces':[{'name':'stn0123456789ab','mac':'02:53:54:4e:00:01'" + mtu + "},"
                + "{'name':'eth0','mac':'02:00:00:00:00:0a','sandbox':'/run/netns/x'" + mtu + "}],"
                + "'ips':[{" + four + "'address':'10.0.0.5/32','gateway':'169.254.7.1','interface':1},"
                + "{" + six + "'address':'fd00::5/128','gateway':'fe80::7:1','interface':1}],"
                + "'routes':[" + routes + "]";
    }
}
