package io.stentor.lab.api;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/// Private keys of kubeconfigs in the forms that every client reads.
public final class PrivateKeys {

    private static final String PKCS8 = "PRIVATE KEY";
    private static final int P256_BITS = 256;

    private PrivateKeys() {}

    /// A key that says its algorithm: RSA (PKCS #1 or #8) and SEC1 as they are, PKCS #8 of P-256 as SEC1.
    ///
    /// @param pem one key; certificates and parameters beside it do not matter
    /// @throws IllegalArgumentException for one of another algorithm, or none
    public static String ofAlgorithm(String pem) {
        if (pem.contains("BEGIN RSA PRIVATE KEY") || pem.contains("BEGIN EC PRIVATE KEY")) {
            return pem;
        }
        int begin = pem.indexOf("-----BEGIN " + PKCS8 + "-----");
        int end = pem.indexOf("-----END " + PKCS8 + "-----");
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("it is no RSA and no EC key in PEM without a password");
        }
        byte[] der = Base64.getMimeDecoder()
                .decode(pem.substring(begin + ("-----BEGIN " + PKCS8 + "-----").length(), end)
                        .getBytes(StandardCharsets.US_ASCII));
        try {
            KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
            return pem;
        } catch (GeneralSecurityException notRsa) {
            return sec1(der);
        }
    }

    private static String sec1(byte[] der) {
        try {
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            if (((ECPrivateKey) key).getParams().getCurve().getField().getFieldSize() != P256_BITS) {
                throw new IllegalArgumentException("its curve is another than P-256");
            }
            return X509.pem("EC PRIVATE KEY", X509.sec1(key));
        } catch (GeneralSecurityException neither) {
            throw new IllegalArgumentException("it is neither RSA nor EC: " + neither.getMessage(), neither);
        }
    }
}
