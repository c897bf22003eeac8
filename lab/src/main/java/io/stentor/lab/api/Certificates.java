package io.stentor.lab.api;

import io.stentor.lab.api.X509.Subject;
import io.stentor.lab.api.X509.Usage;
import io.stentor.lab.api.X509.Use;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A lab's own certificate authority, its server certificate and the client certificates it gives out. Keys are EC
/// P-256, private keys are written as SEC1 PEM (which Go and fabric8 both read).
public final class Certificates {

    private static final Subject AUTHORITY = new Subject("stentor-lab", "");
    private static final char[] NO_PASSWORD = {};

    private final Pair authority;
    private final Pair server;

    private Certificates(Pair authority, Pair server) {
        this.authority = authority;
        this.server = server;
    }

    private record Pair(X509Certificate certificate, PrivateKey key) {}

    /// Makes an authority and a server certificate.
    ///
    /// @param serverNames addresses and names in the server's certificate: `127.0.0.1`, `kubernetes.default.svc`
    public static Certificates create(List<String> serverNames) {
        try {
            KeyPair key = X509.newKey();
            Usage usage = new Usage(Use.AUTHORITY, List.of());
            Pair authority = new Pair(
                    X509.issue(AUTHORITY, key.getPrivate(), AUTHORITY, key.getPublic(), usage), key.getPrivate());
            Subject server = new Subject("kube-apiserver", "");
            return new Certificates(authority, issue(authority, server, new Usage(Use.SERVER, serverNames)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Pair issue(Pair authority, Subject subject, Usage usage) throws GeneralSecurityException {
        KeyPair key = X509.newKey();
        return new Pair(X509.issue(AUTHORITY, authority.key(), subject, key.getPublic(), usage), key.getPrivate());
    }

    /// Reads what [#save] wrote.
    public static Certificates load(Path folder) {
        try {
            return new Certificates(read(folder, "ca"), read(folder, "server"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (GeneralSecurityException malformed) {
            throw new IllegalArgumentException("no keys of a lab in " + folder, malformed);
        }
    }

    private static Pair read(Path folder, String name) throws IOException, GeneralSecurityException {
        byte[] key = Files.readAllBytes(folder.resolve(name + ".key"));
        return new Pair(
                X509.parse(Files.readAllBytes(folder.resolve(name + ".crt"))),
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)));
    }

    /// Writes the authority and the server's key into a folder, readable by the owner alone.
    public void save(Path folder) {
        OwnerFile.write(folder.resolve("ca.crt"), pem(authority.certificate()));
        OwnerFile.write(folder.resolve("ca.key"), authority.key().getEncoded());
        OwnerFile.write(folder.resolve("server.crt"), pem(server.certificate()));
        OwnerFile.write(folder.resolve("server.key"), server.key().getEncoded());
    }

    /// The authority's certificate in PEM: what clients trust.
    public String authorityPem() {
        return new String(pem(authority.certificate()), StandardCharsets.US_ASCII);
    }

    /// Writes a kubeconfig with a client certificate of its own, mode 0600, replacing the file at once.
    ///
    /// @param server `https://127.0.0.1:6443`
    /// @param user   the user's name: `admin`, `system:node:worker-1`; its group is `system:masters`
    public void writeKubeconfig(Path file, String server, String user) {
        Pair client;
        try {
            client = issue(authority, new Subject(user, "system:masters"), new Usage(Use.CLIENT, List.of()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
        String text = """
                apiVersion: v1
                kind: Config
                current-context: lab
                clusters:
                - name: lab
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                contexts:
                - name: lab
                  context:
                    cluster: lab
                    user: "%s"
                users:
                - name: "%s"
                  user:
                    client-certificate-data: %s
                    client-key-data: %s
                """.formatted(
                server,
                base64(pem(authority.certificate())),
                user,
                user,
                base64(pem(client.certificate())),
                base64(X509.pem("EC PRIVATE KEY", X509.sec1(client.key())).getBytes(StandardCharsets.US_ASCII)));
        OwnerFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /// What the server's TLS runs with: its certificate, and trust in clients of this authority alone.
    SSLContext tls() throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, NO_PASSWORD);
        X509Certificate[] chain = {server.certificate(), authority.certificate()};
        keys.setKeyEntry("server", server.key(), NO_PASSWORD, chain);
        KeyManagerFactory own = KeyManagerFactory.getInstance("SunX509");
        own.init(keys, NO_PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, NO_PASSWORD);
        trusted.setCertificateEntry("ca", authority.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /// The key that service account tokens are signed with, and the certificate that verifies them.
    PrivateKey tokenKey() {
        return server.key();
    }

    X509Certificate tokenCertificate() {
        return server.certificate();
    }

    private static byte[] pem(X509Certificate certificate) {
        try {
            return X509.pem("CERTIFICATE", certificate.getEncoded()).getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
