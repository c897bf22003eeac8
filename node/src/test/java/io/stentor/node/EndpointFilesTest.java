package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.PodName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointFilesTest {
    @TempDir
    private Path state;

    private static Endpoint endpoint(int id) {
        AttachmentKey key = new AttachmentKey("box" + id, "eth0");
        return new Endpoint(
                id,
                new Attachment(key.containerId(), key.podInterface(), key.hostInterface(), 0, key.podMac()),
                new PodName("default", "web-" + id, "uid-" + id),
                new Addresses(Optional.of(IpAddress.of("10.0.0." + id)), Optional.of(IpAddress.of("fd00::" + id))),
                Endpoints.INIT_IDENTITY);
    }

    private static Path netns(int id) {
        return Path.of("/run/netns/cni-" + id);
    }

    @Test
    void what_was_written_is_read_by_the_next_agent() throws IOException {
        EndpointFiles files = new EndpointFiles(state.resolve("endpoints"));
        files.write(endpoint(1), netns(1));
        files.write(endpoint(2), netns(2));
        files.delete(1);
        EndpointFiles.Content content = new EndpointFiles(state.resolve("endpoints")).read();
        assertThat(content.endpoints()).containsExactly(endpoint(2));
        assertThat(content.netns()).isEqualTo(Map.of(2, netns(2)));
        assertThat(content.problems()).isEmpty();
    }

    @Test
    void what_an_earlier_build_wrote_without_its_namespace_is_read() throws IOException {
        EndpointFiles files = new EndpointFiles(state);
        files.write(endpoint(1), netns(1));
        Path file = state.resolve("1.json");
        Files.writeString(file, Files.readString(file).replaceAll(",\"netns\":\"[^\"]*\"", ""));
        assertThat(file).content().doesNotContain("netns");

        EndpointFiles.Content content = files.read();

        assertThat(content.endpoints()).containsExactly(endpoint(1));
        assertThat(content.netns()).isEmpty();
        assertThat(content.problems()).isEmpty();
    }

    /// The last one says where to go on.
    @Test
    void they_are_read_by_their_numbers() throws IOException {
        EndpointFiles files = new EndpointFiles(state);
        files.write(endpoint(10), netns(10));
        files.write(endpoint(9), netns(9));
        assertThat(files.read().endpoints()).containsExactly(endpoint(9), endpoint(10));
    }

    @Test
    void the_one_that_was_made_last_is_remembered_until_another_is_made() throws IOException {
        EndpointFiles files = new EndpointFiles(state);
        files.write(endpoint(1), netns(1));
        files.write(endpoint(2), netns(2));
        assertThat(files.read().latest()).isEmpty();
        files.retire(2);
        files.retire(2);
        assertThat(files.read().endpoints()).containsExactly(endpoint(1));
        assertThat(files.read().latest()).contains(endpoint(2));
        files.delete(1);
        assertThat(files.read().latest()).contains(endpoint(2));
        files.write(endpoint(3), netns(3));
        assertThat(files.read().latest()).isEmpty();
    }

    @Test
    void a_corrupt_file_is_moved_aside_and_the_others_survive() throws IOException {
        EndpointFiles files = new EndpointFiles(state);
        files.write(endpoint(1), netns(1));
        Files.writeString(state.resolve("2.json"), "{\"id\":2,\"containerId\":\"b");
        Files.writeString(state.resolve("3.json"), Files.readString(state.resolve("1.json")));
        Files.writeString(state.resolve("4.json"), "");
        Files.writeString(state.resolve("5.new"), "half");
        EndpointFiles.Content content = files.read();
        assertThat(content.endpoints()).containsExactly(endpoint(1));
        assertThat(content.problems()).extracting(p -> p.field()).containsExactly("2.json", "3.json", "4.json");
        assertThat(content.problems().get(1).reason())
                .isEqualTo(
                        "cannot be used and was moved to " + state.resolve("3.json.corrupt") + ": it is endpoint 1's");
        assertThat(files.read().problems()).isEmpty();
        assertThat(state.resolve("5.new")).doesNotExist();
    }
}
