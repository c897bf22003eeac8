package io.stentor.lab.kubelet;

import io.stentor.kernel.Kernel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/// Connections that begin in a network namespace: the socket is made by a thread that has entered it, and belongs
/// there whoever uses it afterwards.
///
/// @param netns the namespace's file
public record NodeDialer(Kernel kernel, Path netns) implements Dialer {

    @Override
    public Socket connect(InetSocketAddress target, Duration patience) throws IOException {
        SocketChannel channel = kernel.inNamespace(netns, SocketChannel::open);
        try {
            Socket socket = channel.socket();
            int millis = Math.toIntExact(Math.max(1, patience.toMillis()));
            socket.connect(target, millis);
            socket.setSoTimeout(millis);
            return socket;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
