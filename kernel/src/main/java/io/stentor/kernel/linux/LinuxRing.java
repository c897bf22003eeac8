package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.RingBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A ring buffer read through the memory that it shares with the kernel, as the kernel's documentation
/// (`Documentation/bpf/ringbuf.rst`) lays it out: a page with the reader's position, which is ours to write, a page
/// with the writer's, then the data twice in a row, so that no record is ever split.
///
/// A record begins with its length and two flags; programs clear the first one when they are done with it.
@SuppressWarnings("restricted")
final class LinuxRing implements RingBuffer {
    private static final VarHandle POSITION = JAVA_LONG.varHandle();
    private static final VarHandle HEADER = JAVA_INT.varHandle();
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final int HEADER_SIZE = 8;
    private static final long PROT_READ = 1;
    private static final long PROT_WRITE = 2;
    private static final long MAP_SHARED = 1;
    private static final long PAGE = pageSize();

    private final long mask;
    private final MemorySegment reader;
    private final MemorySegment writer;
    private final MemorySegment data;
    private long end;
    private boolean closed;

    LinuxRing(BpfMap map) {
        if (map.spec().type() != MapType.RINGBUF) {
            throw new IllegalArgumentException(map + " is no ring buffer");
        }
        long size = map.spec().maxEntries();
        this.mask = size - 1;
        this.reader = map(map, PAGE, PROT_READ | PROT_WRITE, 0);
        MemorySegment rest;
        try {
            rest = map(map, PAGE + 2 * size, PROT_READ, PAGE);
        } catch (KernelException e) {
            unmap(reader);
            throw e;
        }
        this.writer = rest.asSlice(0, PAGE);
        this.data = rest.asSlice(PAGE);
    }

    @Override
    public synchronized void mark() {
        requireOpen();
        end = (long) POSITION.getAcquire(writer, 0L);
    }

    @Override
    public synchronized Optional<MemorySegment> peek() {
        requireOpen();
        while (position() < end) {
            long at = position() & mask;
            int header = (int) HEADER.getAcquire(data, at);
            if ((header & BUSY) != 0) {
                return Optional.empty();
            }
            if ((header & DISCARDED) == 0) {
                return Optional.of(data.asSlice(at + HEADER_SIZE, header));
            }
            pass(header & ~DISCARDED);
        }
        return Optional.empty();
    }

    @Override
    public synchronized void advance() {
        requireOpen();
        pass((int) HEADER.getAcquire(data, position() & mask));
    }

    private long position() {
        return (long) POSITION.get(reader, 0L);
    }

    private void pass(int length) {
        POSITION.setRelease(reader, 0L, position() + ((length + HEADER_SIZE + 7L) & ~7L));
    }

    @Override
    public synchronized long waiting() {
        requireOpen();
        return (long) POSITION.getAcquire(writer, 0L) - position();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            unmap(reader);
            unmap(MemorySegment.ofAddress(writer.address()).reinterpret(PAGE + data.byteSize()));
        }
    }

    /// Reading unmapped memory would end the process.
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the ring buffer is closed");
        }
    }

    private static MemorySegment map(BpfMap map, long length, long protection, long offset) {
        long address = Syscall.must(map.toString(), Sys.MMAP, 0, length, protection, MAP_SHARED, map.fd(), offset);
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    private static void unmap(MemorySegment memory) {
        var _ = Syscall.call(Sys.MUNMAP, memory.address(), memory.byteSize(), 0);
    }

    /// From the vector that the kernel gives each process: pairs of words, AT_PAGESZ is 6.
    private static long pageSize() {
        try {
            ByteBuffer words = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
                    .order(ByteOrder.nativeOrder());
            while (words.remaining() >= 16) {
                long kind = words.getLong();
                long value = words.getLong();
                if (kind == 6) {
                    return value;
                }
            }
            return 4096;
        } catch (IOException e) {
            throw new KernelException("read", "/proc/self/auxv", Errno.EIO, e.toString());
        }
    }
}
