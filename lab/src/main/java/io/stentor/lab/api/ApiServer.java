package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLContext;

/// The lab's API server: state in memory, HTTPS on as many listening sockets as it is given.
public final class ApiServer implements AutoCloseable {

    /// How many changes of each resource a watch may lag behind before it has to begin anew.
    static final int WINDOW = 2000;

    private final Registry registry;
    private final Listener listener;

    private ApiServer(Registry registry, Listener listener) {
        this.registry = registry;
        this.listener = listener;
    }

    /// A server without objects but the namespaces that every cluster has. It serves nobody before [#listen].
    public static ApiServer start(ApiServerConfig config) {
        return start(config, WINDOW);
    }

    static ApiServer start(ApiServerConfig config, int window) {
        Store store = new Store(window);
        ServiceRules services = new ServiceRules(new ServiceAddresses(store, config.serviceCidrs()));
        Registry registry = new Registry(store, Kinds.builtin(services));
        for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", name);
            registry.create(Resource.NAMESPACES, namespace);
        }
        SSLContext tls;
        try {
            tls = config.identity().tls();
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        Dispatcher dispatcher = new Dispatcher(registry, config);
        return new ApiServer(registry, new Listener(tls, new Tokens(config.identity()), dispatcher));
    }

    /// Serves connections from this socket, which may have been made in any network namespace; the server closes it.
    public void listen(ServerSocketChannel channel) {
        listener.listen(channel);
    }

    /// Says under which addresses clients in the cluster reach the server: the service `default/kubernetes` with its
    /// endpoints. May be called again.
    public void advertise(List<IpAddress> addresses, int port) {
        KubernetesService.publish(registry, addresses, port);
    }

    /// The same objects without HTTP.
    public ServerObjects objects() {
        return registry;
    }

    /// Closes the sockets and ends all requests and watches.
    @Override
    public void close() {
        listener.close();
    }
}
