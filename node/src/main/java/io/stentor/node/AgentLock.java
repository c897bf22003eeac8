package io.stentor.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// One agent at a time works on a node's state: two would give one address twice. The lock goes with the process.
final class AgentLock implements AutoCloseable {
    private final FileChannel channel;

    private AgentLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @param state the state directory
    /// @throws IOException if another agent has it
    static AgentLock take(Path state) throws IOException {
        FileChannel channel =
                FileChannel.open(state.resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new IOException("another agent works with the state directory " + state);
        }
        return new AgentLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
