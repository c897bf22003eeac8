package io.stentor.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What goes into the archive: piece by piece, each bounded in time and size, without secrets. A piece that cannot be
/// had is no reason to go without the others; `collected.txt` says what became of each.
final class Dump implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Archive archive;
    private final Limits limits;
    private final long deadline;
    private final StringBuilder collected = new StringBuilder();
    private final ExecutorService tasks = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("dump-", 0).factory());
    private long written;

    /// @param time  for all pieces together
    /// @param piece largest one, in characters; of a longer text the end is kept, which is the latest
    /// @param all   of all pieces together, before they are compressed
    record Limits(Duration time, int piece, long all) {
        static final Limits USUAL = new Limits(Duration.ofSeconds(60), 8 << 20, 128L << 20);
    }

    Dump(Archive archive, Limits limits) {
        this.archive = archive;
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.time.toNanos();
    }

    /// @param source makes the text; it is interrupted when it takes too long
    /// @throws UncheckedIOException if the archive cannot be written
    void add(String name, Callable<String> source) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            note(name, "left out: the time is over");
            return;
        }
        Future<String> task = tasks.submit(source);
        try {
            write(name, task.get(Math.min(left, PATIENCE.toNanos()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException late) {
            task.cancel(true);
            note(name, "left out: it took too long");
        } catch (ExecutionException failed) {
            note(
                    name,
                    "left out: " + Redaction.of(String.valueOf(failed.getCause().getMessage())));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(String name, String text) {
        String kept = text;
        String remark = "";
        if (text.length() > limits.piece) {
            kept = text.substring(text.indexOf('\n', text.length() - limits.piece) + 1);
            remark = ", the end of " + text.length();
        }
        if (written + kept.length() > limits.all) {
            note(name, "left out: the archive is full");
            return;
        }
        try {
            archive.add(name, Redaction.of(kept));
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
        written += kept.length();
        note(name, kept.length() + " characters" + remark);
    }

    private void note(String name, String what) {
        collected.append(String.format(Locale.ROOT, "%-40s %s%n", name, what));
    }

    /// Ends with the account of it all.
    @Override
    public void close() throws IOException {
        tasks.shutdownNow();
        archive.add("collected.txt", collected.toString());
    }
}
