package io.stentor.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/// An API server that is reached by another address than its certificate is for, through a relay or a tunnel: a
/// kubeconfig's `tls-server-name`. The client of the JDK has no setting for it, so that trust is asked here: the
/// certificate has to come from the cluster's authority as ever, and to be for this name (RFC 9525).
final class NamedServer extends X509ExtendedTrustManager {

    private final X509TrustManager authority;
    private final String name;

    NamedServer(X509TrustManager authority, String name) {
        this.authority = authority;
        this.name = name;
    }

    /// The name that a kubeconfig asks for; empty where the server's address is the name.
    static Optional<String> of(Config config) {
        return Optional.ofNullable(config.getTlsServerName()).filter(name -> !name.isEmpty());
    }

    /// Has the connections of a client trust that name, unless they trust everybody.
    ///
    /// @throws IllegalArgumentException when the kubeconfig's certificates or keys cannot be read
    static void verify(HttpClient.Builder http, Config config, String name) {
        // The client warns that it does nothing about it.
        http.tlsServerName("");
        if (config.isTrustCerts() || config.isDisableHostnameVerification()) {
            return;
        }
        try {
            List<TrustManager> trust = new ArrayList<>();
            for (TrustManager each : SSLUtils.trustManagers(config)) {
                trust.add(each instanceof X509TrustManager authority ? new NamedServer(authority, name) : each);
            }
            http.sslContext(SSLUtils.keyManagers(config), trust.toArray(TrustManager[]::new));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the kubeconfig's certificates cannot be used: " + e.getMessage(), e);
        }
    }

    /// Clients that say the name when they connect to an address in digits: what stands before the server may go by it.
    static JdkHttpClientFactory saying(String name) {
        return new JdkHttpClientFactory() {
            @Override
            protected void additionalConfig(java.net.http.HttpClient.Builder builder) {
                if (IpAddress.parse(name).isEmpty()) {
                    SSLParameters parameters = new SSLParameters(null, new String[] {"TLSv1.3", "TLSv1.2"});
                    parameters.setServerNames(List.of(new SNIHostName(name)));
                    builder.sslParameters(parameters);
                }
            }
        };
    }

    private void check(X509Certificate[] chain, String type) throws CertificateException {
        authority.checkServerTrusted(chain, type);
        if (!names(chain[0]).stream().anyMatch(this::matches)) {
            throw new CertificateException("the API server's certificate is for " + names(chain[0]) + " and not for '"
                    + name + "', the kubeconfig's tls-server-name");
        }
    }

    /// DNS names (2) and addresses (7) of the certificate.
    private static List<String> names(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        return all == null
                ? List.of()
                : all.stream()
                        .filter(entry -> List.of(2, 7).contains(entry.get(0)))
                        .map(entry -> entry.get(1).toString())
                        .toList();
    }

    private boolean matches(String certified) {
        Optional<IpAddress> address = IpAddress.parse(name);
        if (address.isPresent()) {
            return IpAddress.parse(certified).equals(address);
        }
        String wanted = name.toLowerCase(Locale.ROOT);
        String pattern = certified.toLowerCase(Locale.ROOT);
        int dot = wanted.indexOf('.');
        return pattern.equals(wanted)
                || (pattern.startsWith("*.") && dot > 0 && wanted.substring(dot).equals(pattern.substring(1)));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        authority.checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        authority.checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        authority.checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authority.getAcceptedIssuers();
    }
}
