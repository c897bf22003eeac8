package io.stentor.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;

/// One command at a time makes or removes labs. The file goes with the lock, so that nothing stays behind.
final class LabLock implements AutoCloseable {

    private static final Path FILE = Path.of("/run/stentor-lab.lock");

    private final FileChannel channel;

    private LabLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Waits until nobody else has it.
    static LabLock take() throws InterruptedException {
        try {
            while (true) {
                FileChannel channel = FileChannel.open(FILE, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(channel);
                // Whoever had it before may have deleted the file that was opened here.
                byte[] token = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
                channel.write(ByteBuffer.wrap(token), 0);
                if (lock.isValid() && Arrays.equals(token, content())) {
                    return new LabLock(channel);
                }
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException, InterruptedException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException heldInThisProcess) {
                Thread.sleep(20);
            }
        }
    }

    private static byte[] content() throws IOException {
        try {
            return Files.readAllBytes(FILE);
        } catch (NoSuchFileException gone) {
            return new byte[0];
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(FILE);
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
