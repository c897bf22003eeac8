package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What libbpf says. It speaks to one function per process, on the thread that called it: each thread keeps what it
/// heard, so that objects can be loaded side by side.
@SuppressWarnings("restricted")
final class LibBpfLog {
    private static final int WARN = 0;
    private static final int VA_LIST_SIZE = 32;
    private static final int FORMAT_SIZE = 4096;
    private static final String VERIFIER_LOG = "BEGIN PROG LOAD LOG";
    private static final Pattern PROCESSED = Pattern.compile("prog '([^']+)'(?s:.*)processed (\\d+) insns");
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle VSNPRINTF = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("vsnprintf"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
    private static final ThreadLocal<Heard> HEARD = ThreadLocal.withInitial(Heard::new);

    private static final class Heard {
        final StringBuilder warnings = new StringBuilder();
        final Map<String, Integer> instructions = new HashMap<>();
    }

    private LibBpfLog() {}

    /// The function for `libbpf_set_print`.
    static MemorySegment function() throws NoSuchMethodException, IllegalAccessException {
        MethodHandle print = MethodHandles.lookup()
                .findStatic(
                        LibBpfLog.class,
                        "print",
                        MethodType.methodType(int.class, int.class, MemorySegment.class, MemorySegment.class));
        return LINKER.upcallStub(print, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS), Arena.global());
    }

    /// What libbpf warned this thread about since the last time.
    static String takeWarnings() {
        StringBuilder heard = HEARD.get().warnings;
        String warnings = heard.toString();
        heard.setLength(0);
        return warnings;
    }

    /// Instructions that the verifier went through, by program, where this thread loaded programs with statistics.
    static Map<String, Integer> takeInstructions() {
        Map<String, Integer> heard = HEARD.get().instructions;
        Map<String, Integer> instructions = Map.copyOf(heard);
        heard.clear();
        return instructions;
    }

    /// Called by libbpf. The log of a program that was accepted comes as one of many debugging messages; the others
    /// are not worth formatting.
    @SuppressWarnings("UnusedMethod")
    private static int print(int level, MemorySegment format, MemorySegment arguments) {
        // an exception must not cross native frames: the message is lost, what it was about still fails
        try {
            if (level == WARN) {
                HEARD.get().warnings.append(format(format, arguments));
            } else if (format.reinterpret(FORMAT_SIZE).getString(0).contains(VERIFIER_LOG)) {
                Matcher processed = PROCESSED.matcher(format(format, arguments));
                if (processed.find()) {
                    HEARD.get().instructions.put(processed.group(1), Integer.parseInt(processed.group(2)));
                }
            }
        } catch (Throwable e) {
            HEARD.get()
                    .warnings
                    .append("(a message of libbpf could not be read: ")
                    .append(e)
                    .append(")\n");
        }
        return 0;
    }

    /// @param arguments a `va_list`: on both processors the address of a structure that printing uses up, so it is
    ///     restored before printing again into more room
    private static String format(MemorySegment format, MemorySegment arguments) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arguments.reinterpret(VA_LIST_SIZE);
            MemorySegment saved = arena.allocate(VA_LIST_SIZE).copyFrom(list);
            int room = 4096;
            while (true) {
                MemorySegment text = arena.allocate(room);
                int needed = (int) VSNPRINTF.invokeExact(text, (long) room, format, arguments);
                if (needed < room) {
                    return text.getString(0);
                }
                list.copyFrom(saved);
                room = needed + 1;
            }
        }
    }
}
