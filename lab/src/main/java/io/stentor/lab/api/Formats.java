package io.stentor.lab.api;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.Base64;
import java.util.regex.Pattern;

/// What text may look like: the formats of schemas, and the names of Kubernetes.
final class Formats {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern DURATION = Pattern.compile("-?([0-9.]+(ns|us|µs|ms|s|m|h))+|0");

    private Formats() {}

    /// @param format of a schema; one that is not known accepts all
    static boolean accepts(String format, String text) {
        return switch (format) {
            case "ipv4" -> isAddress(text, Family.IPV4);
            case "ipv6" -> isAddress(text, Family.IPV6);
            case "ip" -> IpAddress.parse(text).isPresent();
            case "cidr" -> Cidr.parse(text).isPresent();
            case "date-time" -> TypeCheck.isTime(text);
            case "date" -> text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}");
            case "duration" -> DURATION.matcher(text).matches();
            case "byte" -> isBase64(text);
            case "hostname" -> isSubdomain(text);
            case "uuid" -> text.matches("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
            case "mac" -> text.matches("(?i)[0-9a-f]{2}([:-][0-9a-f]{2}){5}");
            default -> true;
        };
    }

    private static boolean isAddress(String text, Family family) {
        return IpAddress.parse(text).filter(a -> a.family() == family).isPresent();
    }

    static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /// A DNS label (RFC 1123).
    static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }

    /// DNS labels with dots between them.
    static boolean isSubdomain(String text) {
        return text.length() <= 253 && SUBDOMAIN.matcher(text).matches();
    }

    /// The value of a label.
    static boolean isLabelValue(String text) {
        return text.isEmpty() || WORD.matcher(text).matches();
    }

    /// The key of a label or annotation: a name, perhaps after a domain and a slash.
    static boolean isQualifiedName(String text) {
        int slash = text.indexOf('/');
        return WORD.matcher(text.substring(slash + 1)).matches()
                && (slash < 0 || isSubdomain(text.substring(0, slash)));
    }
}
