package io.stentor.lab.traffic;

import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Where commands of a case run and packets come from and go to: a pod, a node, `outside`.
///
/// @param name      for people
/// @param enter     what a command begins with to run there
/// @param addresses that others reach it by
record Place(String name, List<String> enter, List<IpAddress> addresses) {

    /// The port that the servers in pods, on nodes and outside listen on, TCP and UDP.
    static final int PORT = 7007;

    /// @throws AssertionError if it has none of this family
    IpAddress address(Family family) {
        return addresses.stream()
                .filter(address -> address.family() == family)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " has no " + family + " address: " + addresses));
    }

    /// Runs a command to its end, whatever that is.
    Shell.Result attempt(String... command) {
        return Shell.attempt(entering(command), "");
    }

    /// Runs a command that is to succeed.
    ///
    /// @return its standard output
    String run(String... command) {
        Shell.Result result = attempt(command);
        if (result.exit() != 0) {
            throw new AssertionError("in " + name + ": '" + String.join(" ", command) + "' failed with exit code "
                    + result.exit() + "\n" + result.out() + result.err());
        }
        return result.out();
    }

    /// Starts a command; whoever does so closes it.
    Running start(String... command) {
        try {
            return new Running(
                    String.join(" ", command),
                    new ProcessBuilder(entering(command))
                            .redirectErrorStream(true)
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One question by [#talk] to a server.
    ///
    /// @return the answer, or `failed: …`
    String ask(String protocol, IpAddress to, int port, String... words) {
        List<String> command = new ArrayList<>(talk("ask", protocol, to.toString(), Integer.toString(port)));
        command.addAll(List.of(words));
        return attempt(command.toArray(String[]::new)).out().strip();
    }

    String ask(String protocol, IpAddress to, String... words) {
        return ask(protocol, to, PORT, words);
    }

    /// A connection to a server, kept open.
    ///
    /// @param own the port that it comes from, 0 for any
    Running hold(String protocol, IpAddress to, int own) {
        return hold(protocol, to, PORT, own);
    }

    Running hold(String protocol, IpAddress to, int port, int own) {
        List<String> command = new ArrayList<>(List.of("env", "SPORT=" + own));
        command.addAll(talk("hold", protocol, to.toString(), Integer.toString(port)));
        return start(command.toArray(String[]::new));
    }

    /// Says a word over each connection and waits until each has come back.
    static void echo(List<Running> held, String word) throws IOException, InterruptedException {
        for (Running connection : held) {
            connection.await("connected"::equals);
            connection.say(word);
        }
        for (Running connection : held) {
            connection.await(word::equals);
        }
    }

    /// The command line of `talk.py`.
    static List<String> talk(String... arguments) {
        List<String> command = script("talk.py");
        command.addAll(List.of(arguments));
        return command;
    }

    /// What a command line of one of the scripts begins with.
    static List<String> script(String name) {
        try {
            Path script = Path.of(
                    Objects.requireNonNull(Place.class.getResource(name)).toURI());
            return new ArrayList<>(List.of("/usr/bin/python3", "-S", "-E", script.toString()));
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private List<String> entering(String... command) {
        List<String> all = new ArrayList<>(enter);
        all.addAll(List.of(command));
        return all;
    }
}
