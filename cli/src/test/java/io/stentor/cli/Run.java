package io.stentor.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/// What a run of the whole command left.
record Run(int code, String out, String err) {

    static Run of(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Stentor.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Run(code, out.toString(), err.toString());
    }
}
