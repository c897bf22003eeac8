package io.stentor.lab;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/// An agent or the operator: a process that is started again, with growing pauses, when it ends on its own. One that
/// says that it is configured wrongly (exit code 2) is not, nor is one that was killed on purpose.
final class Program {

    private static final System.Logger LOG = System.getLogger("programs");
    private static final long FIRST_PAUSE_MS = 1000;
    private static final long LONGEST_PAUSE_MS = 30_000;

    private final String name;
    private final List<String> command;
    private final Path log;

    /// What is to be: the run that has this number goes on until it is told otherwise.
    private long run;

    private @org.jspecify.annotations.Nullable Process process;
    private OptionalInt lastExit = OptionalInt.empty();

    /// @param name    as people know it
    /// @param command enters the namespaces that it needs itself
    /// @param log     to which its output is appended
    Program(String name, List<String> command, Path log) {
        this.name = name;
        this.command = List.copyOf(command);
        this.log = log;
    }

    /// Starts it unless it runs.
    synchronized void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        run++;
        lastExit = OptionalInt.empty();
        launch(run, FIRST_PAUSE_MS);
    }

    private synchronized void launch(long mine, long pause) {
        if (mine != run) {
            return;
        }
        try {
            Files.createDirectories(log.getParent());
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log.toFile()))
                    .start();
            started.getOutputStream().close();
            process = started;
            LOG.log(System.Logger.Level.INFO, name + " started pid=" + started.pid());
            long since = System.nanoTime();
            Thread.ofVirtual().name(name).start(() -> guard(started, mine, pause, since));
        } catch (IOException e) {
            throw new LabFailure("'" + command.getFirst() + "' cannot be started: " + e.getMessage());
        }
    }

    private void guard(Process started, long mine, long pause, long since) {
        int exit = started.onExit().join().exitValue();
        synchronized (this) {
            lastExit = OptionalInt.of(exit);
            if (mine != run) {
                return;
            }
        }
        LOG.log(System.Logger.Level.WARNING, name + " ended exit=" + exit + " log=" + log);
        if (exit == LabFailure.WRONG_USE) {
            return;
        }
        boolean ranWell = System.nanoTime() - since > TimeUnit.SECONDS.toNanos(60);
        long next = ranWell ? FIRST_PAUSE_MS : pause;
        try {
            Thread.sleep(next);
        } catch (InterruptedException e) {
            return;
        }
        launch(mine, Math.min(LONGEST_PAUSE_MS, next * 2));
    }

    /// Sends SIGKILL, waits for the end and leaves it dead.
    void kill() throws InterruptedException {
        end(true);
    }

    /// Sends SIGTERM, and SIGKILL when that has no effect; leaves it dead.
    ///
    /// @return how it ended; empty when it was never started
    OptionalInt stop() throws InterruptedException {
        return end(false);
    }

    private OptionalInt end(boolean atOnce) throws InterruptedException {
        Process doomed;
        synchronized (this) {
            run++;
            doomed = process;
        }
        if (doomed == null) {
            return OptionalInt.empty();
        }
        if (!atOnce) {
            doomed.destroy();
            if (doomed.waitFor(10, TimeUnit.SECONDS)) {
                return OptionalInt.of(doomed.exitValue());
            }
        }
        return OptionalInt.of(doomed.destroyForcibly().waitFor());
    }

    /// Empty when it does not run.
    synchronized OptionalLong pid() {
        return process != null && process.isAlive() ? OptionalLong.of(process.pid()) : OptionalLong.empty();
    }

    /// The exit code of the present run's last process, if one has ended.
    synchronized OptionalInt lastExit() {
        return lastExit;
    }
}
