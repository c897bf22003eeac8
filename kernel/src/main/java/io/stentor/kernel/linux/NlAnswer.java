package io.stentor.kernel.linux;

import io.stentor.kernel.KernelException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/// The messages of one answer until it ends, or fails.
final class NlAnswer implements BiConsumer<NlHeader, ByteBuffer> {
    private static final int FLAG_INTERRUPTED = 0x10;
    private static final int FLAG_CAPPED = 0x100;
    private static final int FLAG_TLVS = 0x200;
    private static final int ATTRIBUTE_MESSAGE = 1;

    private final String call;
    private final String object;
    private final int sequence;
    private final List<NlSocket.Reply> replies = new ArrayList<>();
    private boolean interrupted;
    private boolean done;

    NlAnswer(String call, String object, int sequence) {
        this.call = call;
        this.object = object;
        this.sequence = sequence;
    }

    @Override
    public void accept(NlHeader header, ByteBuffer body) {
        if (header.sequence() != sequence) {
            return;
        }
        interrupted |= (header.flags() & FLAG_INTERRUPTED) != 0;
        if (header.type() == NlHeader.ERROR || header.type() == NlHeader.DONE) {
            done = true;
            failure(call, header, body, object).ifPresent(failure -> {
                throw failure;
            });
        } else {
            replies.add(new NlSocket.Reply(header.type(), body));
        }
    }

    boolean done() {
        return done;
    }

    /// Something changed while the kernel wrote; what was read may not fit together.
    boolean interrupted() {
        return interrupted;
    }

    List<NlSocket.Reply> replies() {
        return replies;
    }

    /// What an acknowledgement or the end of a dump says, with the kernel's sentence if it has one.
    static Optional<KernelException> failure(String call, NlHeader header, ByteBuffer body, String object) {
        int error = body.limit() < 4 ? 0 : body.getInt(0);
        if (error >= 0) {
            return Optional.empty();
        }
        String detail = "";
        if ((header.flags() & FLAG_TLVS) != 0) {
            int copied = (header.flags() & FLAG_CAPPED) != 0 || header.type() == NlHeader.DONE
                    ? NlMessage.HEADER_SIZE
                    : body.getInt(4);
            int offset = header.type() == NlHeader.DONE ? 4 : 4 + ((copied + 3) & ~3);
            detail = NlAttributes.of(body, offset).string(ATTRIBUTE_MESSAGE);
        }
        return Optional.of(new KernelException(call, object, -error, detail));
    }
}
