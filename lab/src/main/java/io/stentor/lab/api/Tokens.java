package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Bearer tokens of service accounts: JSON Web Tokens signed with ES256 (RFC 7519, RFC 7518 3.4).
final class Tokens {

    static final String ISSUER = "https://kubernetes.default.svc";
    private static final String ES256 = "SHA256withECDSAinP1363Format";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final Certificates certificates;

    Tokens(Certificates certificates) {
        this.certificates = certificates;
    }

    String issue(ObjectName account, List<String> audiences, Instant now, Instant expires) {
        ObjectNode claims = Json.object().put("iss", ISSUER);
        claims.put("sub", "system:serviceaccount:" + account.namespace() + ":" + account.name());
        audiences.forEach(claims.putArray("aud")::add);
        claims.put("iat", now.getEpochSecond()).put("exp", expires.getEpochSecond());
        Json.ensure(claims, "kubernetes").put("namespace", account.namespace()).put("serviceaccount", account.name());
        byte[] header = Json.bytes(Json.object().put("alg", "ES256").put("typ", "JWT"));
        String signed = ENCODER.encodeToString(header) + "." + ENCODER.encodeToString(Json.bytes(claims));
        try {
            Signature signature = Signature.getInstance(ES256);
            signature.initSign(certificates.tokenKey());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + ENCODER.encodeToString(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Whose token it is, if it is one of ours and still valid.
    Optional<Caller> verify(String token, Instant now) {
        int dot = token.lastIndexOf('.');
        int middle = token.indexOf('.');
        if (dot < 0 || middle == dot) {
            return Optional.empty();
        }
        try {
            Signature signature = Signature.getInstance(ES256);
            signature.initVerify(certificates.tokenCertificate().getPublicKey());
            signature.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
            Base64.Decoder decoder = Base64.getUrlDecoder();
            if (!signature.verify(decoder.decode(token.substring(dot + 1)))) {
                return Optional.empty();
            }
            JsonNode claims = Json.parse(decoder.decode(token.substring(middle + 1, dot)));
            if (claims.path("exp").asLong() <= now.getEpochSecond()) {
                return Optional.empty();
            }
            String namespace = Json.text(claims, "kubernetes.namespace");
            return Optional.of(new Caller(
                    Json.text(claims, "sub"),
                    List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated")));
        } catch (GeneralSecurityException | IllegalArgumentException | ApiException forged) {
            return Optional.empty();
        }
    }
}
