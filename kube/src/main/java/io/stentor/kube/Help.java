package io.stentor.kube;

/// The text of `--help`.
final class Help {

    private Help() {}

    static String of(Program program) {
        StringBuilder text = new StringBuilder("Usage: " + program.command + " [--KEY=VALUE ...]\n\n" + program.purpose
                + "\n\nA key is read from its flag, else from the environment (--foo-bar is "
                + Configuration.VARIABLE_PREFIX
                + "FOO_BAR),\nelse from the file of its name in --config-dir.\n\n");
        Key.ALL.values().stream().filter(key -> key.isReadBy(program)).forEach(key -> {
            String head = "  " + key.flag() + "=" + key.type().placeholder();
            String fallback = key.fallback().isEmpty() ? "" : " [" + key.fallback() + "]";
            String gap = head.length() < 46 ? " ".repeat(46 - head.length()) : "\n" + " ".repeat(46);
            text.append(head).append(gap).append(key.text()).append(fallback).append('\n');
        });
        return text.append("  --help")
                .append(" ".repeat(38))
                .append("this text\n")
                .toString();
    }
}
