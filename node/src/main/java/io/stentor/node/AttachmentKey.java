package io.stentor.node;

import io.stentor.model.Attachment;
import io.stentor.model.MacAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// What CNI names an attachment by: one interface of one sandbox.
///
/// @param containerId  the runtime's name of the sandbox
/// @param podInterface the interface's name in it
public record AttachmentKey(String containerId, String podInterface) {
    static final AttachmentKey NONE = new AttachmentKey("", "");

    /// All our pods' host sides begin so.
    static final String LINK_PREFIX = "stn";

    static AttachmentKey of(Attachment attachment) {
        return new AttachmentKey(attachment.containerId(), attachment.podInterface());
    }

    /// The name of the host's end: it follows from the attachment, so that what an agent that died left behind is
    /// found without its files.
    String hostInterface() {
        return LINK_PREFIX + HexFormat.of().formatHex(digest(), 0, 6);
    }

    /// The address of the pod's end: locally administered, the same whenever the attachment is made again.
    MacAddress podMac() {
        byte[] mac = Arrays.copyOfRange(digest(), 6, 12);
        mac[0] = (byte) ((mac[0] & 0xfc) | 0x02);
        return MacAddress.of(mac);
    }

    private byte[] digest() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(toString().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// `containerId/interface`.
    @Override
    public String toString() {
        return containerId + "/" + podInterface;
    }
}
