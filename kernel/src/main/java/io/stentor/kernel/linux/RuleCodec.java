package io.stentor.kernel.linux;

import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Rule;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Rules as rtnetlink writes them (`linux/fib_rules.h`).
final class RuleCodec {
    static final int RTM_NEWRULE = 32;
    static final int RTM_DELRULE = 33;
    private static final int RTM_GETRULE = 34;
    private static final int FRA_DST = 1;
    private static final int FRA_SRC = 2;
    private static final int FRA_IIFNAME = 3;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_TABLE = 15;
    private static final int FRA_FWMASK = 16;
    private static final int FRA_PROTOCOL = 21;
    private static final int ACTION_TABLE = 1;
    private static final int FIXED_SIZE = 12;

    private RuleCodec() {}

    static NlMessage write(int type, int flags, Rule rule) {
        Rule.Match match = rule.match();
        NlMessage message = new NlMessage(type, flags)
                .raw8(rule.version().family())
                .raw8(match.to().map(Prefix::length).orElse(0))
                .raw8(match.from().map(Prefix::length).orElse(0))
                .raw8(0)
                .raw8(rule.table() < 256 ? rule.table() : 0)
                .raw16(0)
                .raw8(ACTION_TABLE)
                .raw32(0)
                .u32(FRA_PRIORITY, rule.priority())
                .u32(FRA_TABLE, rule.table())
                .u8(FRA_PROTOCOL, rule.protocol());
        match.to().ifPresent(range -> message.address(FRA_DST, range.address()));
        match.from().ifPresent(range -> message.address(FRA_SRC, range.address()));
        if (match.maskedBy() != 0) {
            var _ = message.u32(FRA_FWMARK, match.mark()).u32(FRA_FWMASK, match.maskedBy());
        }
        if (!match.inInterface().isEmpty()) {
            var _ = message.string(FRA_IIFNAME, match.inInterface());
        }
        return message;
    }

    static NlMessage dump(IpVersion version) {
        return new NlMessage(RTM_GETRULE, 0)
                .raw8(version.family())
                .raw8(0)
                .raw16(0)
                .raw32(0)
                .raw32(0);
    }

    /// Empty for rules that do something else than choosing a table.
    static Optional<Rule> read(ByteBuffer body) {
        int family = body.get(0);
        if (body.get(7) != ACTION_TABLE || (family != IpVersion.IPV4.family() && family != IpVersion.IPV6.family())) {
            return Optional.empty();
        }
        NlAttributes attributes = NlAttributes.of(body, FIXED_SIZE);
        var match = new Rule.Match(
                attributes.address(FRA_SRC).map(from -> new Prefix(from, Byte.toUnsignedInt(body.get(2)))),
                attributes.address(FRA_DST).map(to -> new Prefix(to, Byte.toUnsignedInt(body.get(1)))),
                attributes.u32(FRA_FWMARK, 0),
                attributes.u32(FRA_FWMASK, 0),
                attributes.string(FRA_IIFNAME));
        return Optional.of(new Rule(
                family == IpVersion.IPV4.family() ? IpVersion.IPV4 : IpVersion.IPV6,
                attributes.u32(FRA_PRIORITY, 0),
                match,
                attributes.u32(FRA_TABLE, Byte.toUnsignedInt(body.get(4))),
                attributes.u8(FRA_PROTOCOL, 0)));
    }
}
