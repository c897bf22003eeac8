package io.stentor.lab.api;

import io.stentor.model.IpAddress;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Makes X.509 version 3 certificates (RFC 5280) with EC P-256 keys. The JDK reads certificates but makes none.
final class X509 {

    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));
    private static final byte[] P256 = Der.oid(1, 2, 840, 10045, 3, 1, 7);
    private static final Duration LIFE = Duration.ofDays(3650);

    private X509() {}

    /// @param organization "" for none; Kubernetes reads it as the group
    record Subject(String commonName, String organization) {

        byte[] der() {
            byte[] name = Der.set(Der.sequence(Der.oid(2, 5, 4, 3), Der.utf8(commonName)));
            return organization.isEmpty()
                    ? Der.sequence(name)
                    : Der.sequence(Der.set(Der.sequence(Der.oid(2, 5, 4, 10), Der.utf8(organization))), name);
        }
    }

    enum Use {
        AUTHORITY,
        SERVER,
        CLIENT
    }

    static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    static X509Certificate issue(Subject issuer, PrivateKey issuerKey, Subject subject, PublicKey key, Usage usage)
            throws GeneralSecurityException {
        Instant now = Instant.now();
        byte[] body = Der.sequence(
                Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(127, new SecureRandom()).setBit(126)),
                ECDSA_SHA256,
                issuer.der(),
                Der.sequence(Der.utcTime(now.minus(Duration.ofDays(1))), Der.utcTime(now.plus(LIFE))),
                subject.der(),
                key.getEncoded(),
                Der.tagged(0xa3, Der.sequence(extensions(usage))));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(issuerKey);
        signature.update(body);
        byte[] whole = Der.sequence(body, ECDSA_SHA256, Der.bits(signature.sign()));
        return parse(whole);
    }

    /// @param serverNames for [Use#SERVER]: addresses and DNS names
    record Usage(Use use, List<String> serverNames) {}

    static X509Certificate parse(byte[] derOrPem) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(derOrPem));
    }

    private static byte[] extensions(Usage usage) {
        List<byte[]> all = new ArrayList<>();
        boolean authority = usage.use() == Use.AUTHORITY;
        byte[] basic = authority ? Der.sequence(Der.bool(true)) : Der.sequence();
        all.add(extension(new int[] {2, 5, 29, 19}, true, basic));
        // digitalSignature is bit 0, keyCertSign and cRLSign are bits 5 and 6, from the left.
        byte[] bits = authority ? new byte[] {1, 0x06} : new byte[] {7, (byte) 0x80};
        all.add(extension(new int[] {2, 5, 29, 15}, true, Der.tagged(0x03, bits)));
        if (!authority) {
            int purpose = usage.use() == Use.SERVER ? 1 : 2;
            byte[] extended = Der.sequence(Der.oid(1, 3, 6, 1, 5, 5, 7, 3, purpose));
            all.add(extension(new int[] {2, 5, 29, 37}, false, extended));
        }
        if (!usage.serverNames().isEmpty()) {
            byte[][] names = usage.serverNames().stream().map(X509::generalName).toArray(byte[][]::new);
            all.add(extension(new int[] {2, 5, 29, 17}, false, Der.sequence(names)));
        }
        return Der.join(all.toArray(byte[][]::new));
    }

    private static byte[] generalName(String name) {
        return IpAddress.parse(name)
                .map(address -> Der.tagged(0x87, address.bytes()))
                .orElseGet(() -> Der.tagged(0x82, name.getBytes(StandardCharsets.US_ASCII)));
    }

    private static byte[] extension(int[] oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    /// The key as RFC 5915 has it, with its curve.
    static byte[] sec1(PrivateKey key) {
        byte[] scalar = ((ECPrivateKey) key).getS().toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(32, scalar.length);
        System.arraycopy(scalar, scalar.length - length, fixed, 32 - length, length);
        return Der.sequence(Der.integer(BigInteger.ONE), Der.octets(fixed), Der.tagged(0xa0, P256));
    }

    static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }
}
