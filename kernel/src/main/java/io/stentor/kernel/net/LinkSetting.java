package io.stentor.kernel.net;

import java.nio.file.Path;

/// One thing to set on a link, when it is made or later.
public sealed interface LinkSetting {

    record Mtu(int bytes) implements LinkSetting {}

    record Address(Mac mac) implements LinkSetting {}

    record Up(boolean up) implements LinkSetting {}

    record Name(String name) implements LinkSetting {}

    /// Free text, at most 255 bytes.
    record Alias(String text) implements LinkSetting {}

    /// Moves it to the namespace of this file.
    record Namespace(Path netns) implements LinkSetting {}

    /// @param index the bridge to join, 0 to leave
    record Master(int index) implements LinkSetting {}

    /// Packets that wait in its default queue.
    record QueueLength(int packets) implements LinkSetting {}

    /// Largest super-packet to send, IPv6 (and IPv4 before 6.3).
    record GsoMaxSize(int bytes) implements LinkSetting {}

    record GsoMaxSegments(int segments) implements LinkSetting {}

    /// IPv6 addresses made by itself (`addrgenmode`): none, so that the link has only addresses that were given to it.
    record NoGeneratedAddress() implements LinkSetting {}

    static LinkSetting mtu(int bytes) {
        return new Mtu(bytes);
    }

    static LinkSetting mac(Mac mac) {
        return new Address(mac);
    }

    static LinkSetting up() {
        return new Up(true);
    }

    static LinkSetting down() {
        return new Up(false);
    }

    static LinkSetting name(String name) {
        return new Name(name);
    }

    static LinkSetting alias(String text) {
        return new Alias(text);
    }

    static LinkSetting namespace(Path netns) {
        return new Namespace(netns);
    }

    static LinkSetting master(int index) {
        return new Master(index);
    }
}
