package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.PodName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniRequestTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static ObjectNode request(String command, String config) {
        ObjectNode request = JSON.createObjectNode().put("command", command).put("config", config);
        request.putObject("env")
                .put("CNI_CONTAINERID", "c1")
                .put("CNI_NETNS", "/run/netns/x")
                .put("CNI_IFNAME", "eth0")
                .put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_UID=u-1");
        return request;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ADD    | 1.1.0 | CNI_CONTAINERID | ``        | 4 | CNI_CONTAINERID is not set
            ADD    | 1.1.0 | CNI_CONTAINERID | ../etc    | 4 | CNI_CONTAINERID "../etc" must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'
            ADD    | 1.1.0 | CNI_CONTAINERID | a/b       | 4 | CNI_CONTAINERID "a/b" must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'
            ADD    | 1.1.0 | CNI_CONTAINERID | bök       | 4 | CNI_CONTAINERID "bök" must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'
            ADD    | 1.1.0 | CNI_NETNS       | ``        | 4 | CNI_NETNS is not set
            CHECK  | 1.1.0 | CNI_NETNS       | ``        | 4 | CNI_NETNS is not set
            ADD    | 1.1.0 | CNI_IFNAME      | ``        | 4 | CNI_IFNAME is not set
            ADD    | 1.1.0 | CNI_IFNAME      | abcdefghijklmnop | 4 | CNI_IFNAME "abcdefghijklmnop" is too long: an interface name has at most 15 characters
            ADD    | 1.1.0 | CNI_IFNAME      | a/b       | 4 | CNI_IFNAME "a/b" is not an interface name: '/', ':', white space, "." and ".." are not allowed
            ADD    | 1.1.0 | CNI_IFNAME      | `a b`     | 4 | CNI_IFNAME "a b" is not an interface name: '/', ':', white space, "." and ".." are not allowed
            ADD    | 1.1.0 | CNI_IFNAME      | ..        | 4 | CNI_IFNAME ".." is not an interface name: '/', ':', white space, "." and ".." are not allowed
            FLY    | 1.1.0 | CNI_X           | x         | 4 | CNI_COMMAND "FLY" is not known
            ADD    | 2.0.0 | CNI_X           | x         | 1 | cniVersion "2.0.0" is not supported; supported are 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0
            GC     | 1.0.0 | CNI_X           | x         | 1 | GC needs cniVersion 1.1.0 or newer, the network configuration says 1.0.0
            STATUS | 0.4.0 | CNI_X           | x         | 1 | STATUS needs cniVersion 1.1.0 or newer, the network configuration says 0.4.0
            CHECK  | 0.3.1 | CNI_X           | x         | 1 | CHECK needs cniVersion 0.4.0 or newer, the network configuration says 0.3.1
            """)
    void a_bad_request_is_refused_with_its_code_and_sentence(
            String command, String version, String variable, String value, int code, String sentence) {
        ObjectNode request = request(command, "{\"cniVersion\":\"" + version + "\"}");
        request.withObject("/env").put(variable, value);
        refused(request, code, sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"cniVersion"                              | 6 | the network configuration is not JSON
            []                                         | 6 | the network configuration is not a JSON object
            ``                                         | 6 | the network configuration is not a JSON object
            {"cniVersion":"1.0.0","prevResult":{}}     | 7 | prevResult: Stentor cannot be chained after another plugin; it has to be the first in the list
            """)
    void a_bad_configuration_is_refused_with_its_code_and_sentence(String config, int code, String sentence) {
        refused(request("ADD", config), code, sentence);
    }

    private static void refused(JsonNode request, int code, String sentence) {
        CniError error = catchThrowableOfType(CniError.class, () -> CniRequest.parse(request));
        assertThat(error).hasMessage(sentence);
        assertThat(error.code()).isEqualTo(code);
    }

    @Test
    void a_good_request_says_whose_pod_it_is() throws CniError {
        CniRequest request = CniRequest.parse(request("ADD", "{}"));
        assertThat(request.version()).isEqualTo(CniVersion.V0_1_0);
        assertThat(request.attachment()).isEqualTo(new AttachmentKey("c1", "eth0"));
        assertThat(request.sandbox())
                .isEqualTo(new CniRequest.Sandbox("/run/netns/x", new PodName("default", "web", "u-1")));
    }

    @Test
    void del_needs_no_namespace_and_takes_the_result_of_add() throws CniError {
        ObjectNode request = request("DEL", "{\"cniVersion\":\"1.1.0\",\"prevResult\":{}}");
        request.withObject("/env").remove("CNI_NETNS");
        assertThat(CniRequest.parse(request).sandbox().netns()).isEmpty();
    }

    @Test
    void an_error_carries_the_version_that_was_asked_for() throws JsonProcessingException {
        assertThat(new CniError(7, "no", "why").json(CniRequest.versionText(request("ADD", "{\"cniVersion\":\"9\"}"))))
                .isEqualTo(JSON.readTree("{\"cniVersion\":\"9\",\"code\":7,\"msg\":\"no\",\"details\":\"why\"}"));
    }
}
