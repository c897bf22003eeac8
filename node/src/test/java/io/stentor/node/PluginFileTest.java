package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Problem;
import io.stentor.node.NodeSettings.Plugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginFileTest {

    @TempDir
    private Path directory;

    private Path source;
    private Path bin;
    private Path installed;

    @BeforeEach
    void build() throws IOException {
        source = Files.writeString(directory.resolve("built"), "new");
        bin = directory.resolve("opt/cni/bin");
        installed = bin.resolve("stentor-cni");
    }

    private PluginFile plugin(Optional<Path> from) throws IOException {
        return new PluginFile(new Plugin(bin, from), Ledger.open(directory.resolve("ledger.json")));
    }

    @Test
    void what_came_with_the_agent_is_installed_once_and_again_when_it_is_another() throws IOException {
        PluginFile plugin = plugin(Optional.of(source));
        assertThat(plugin.ensure()).isEmpty();
        assertThat(installed).hasContent("new").isExecutable();
        assertThat(bin)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));

        FileTime long_ago = FileTime.fromMillis(1000);
        Files.setLastModifiedTime(installed, long_ago);
        assertThat(plugin.ensure()).isEmpty();
        assertThat(Files.getLastModifiedTime(installed)).isEqualTo(long_ago);

        Files.writeString(source, "newer");
        assertThat(plugin.ensure()).isEmpty();
        assertThat(installed).hasContent("newer");
        Path above = bin.getParent();
        assertThat(Ledger.open(directory.resolve("ledger.json")).entries())
                .containsExactly(
                        new Ledger.Made(above.getParent()),
                        new Ledger.Made(above),
                        new Ledger.Made(bin),
                        new Ledger.Made(installed));
    }

    @Test
    void an_agent_that_came_without_one_takes_what_is_there_and_says_when_nothing_is() throws IOException {
        assertThat(plugin(Optional.empty()).ensure())
                .containsExactly(new Problem(
                        "CNI plugin",
                        installed.toString(),
                        "is missing, and this agent came without one: no pod can start. Install it there"));
        Files.createDirectories(bin);
        assertThat(Files.writeString(installed, "somebody's").toFile().setExecutable(true))
                .isTrue();
        assertThat(plugin(Optional.empty()).ensure()).isEmpty();
        assertThat(installed).hasContent("somebody's");
    }
}
