package io.stentor.kernel.net;

import java.net.InetSocketAddress;

/// A socket that is connected to somebody.
///
/// @param protocol number: 6 for TCP, 17 for UDP
/// @param cookie   by which the kernel tells the socket from all others, as programs have it
/// @param peer     whom it is connected to, as its packets say
public record Connection(int protocol, long cookie, InetSocketAddress peer) {}
