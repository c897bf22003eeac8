package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.Sysctls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/// `/proc/sys`; the kernel answers for the namespace of the thread that reads or writes.
public final class LinuxSysctls implements Sysctls {
    private static final int LONGEST = 1 << 16;

    @Override
    public Optional<String> find(String key) {
        String path = Sysctls.path(key);
        try {
            return Optional.of(read(path).stripTrailing());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read", path, e);
        }
    }

    /// Numbers are told by the first read alone, and as much of them as it asks for.
    private static String read(String path) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[LONGEST];
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            for (int count = in.read(part); count > 0; count = in.read(part)) {
                all.write(part, 0, count);
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void set(String key, String value) {
        String path = Sysctls.path(key);
        try {
            Files.write(Path.of(path), (value + "\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed("write", path, e);
        }
    }

    /// Java reports an error number only as libc's sentence for it.
    private static KernelException failed(String call, String path, IOException e) {
        String sentence = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        int errno;
        if (e instanceof NoSuchFileException) {
            errno = Errno.ENOENT;
        } else if (e instanceof AccessDeniedException) {
            errno = Errno.EACCES;
        } else if (sentence.contains("read-only")) {
            errno = Errno.EROFS;
        } else if (sentence.contains("invalid argument")) {
            errno = Errno.EINVAL;
        } else {
            errno = Errno.EIO;
        }
        return new KernelException(call, path, errno, errno == Errno.EIO ? sentence : "");
    }
}
