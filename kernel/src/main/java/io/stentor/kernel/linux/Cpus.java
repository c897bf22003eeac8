package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many CPUs this machine may ever have.
final class Cpus {
    private static final Path FILE = Path.of("/sys/devices/system/cpu/possible");

    static final int POSSIBLE = read();

    private Cpus() {}

    private static int read() {
        try {
            return count(Files.readString(FILE));
        } catch (IOException e) {
            throw new KernelException("read", FILE.toString(), Errno.EIO, e.toString());
        }
    }

    /// @param ranges for example `0-3,8`
    static int count(String ranges) {
        int count = 0;
        for (String range : ranges.strip().split(",", -1)) {
            String[] ends = range.split("-", -1);
            count += ends.length == 1 ? 1 : Integer.parseInt(ends[1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }
}
