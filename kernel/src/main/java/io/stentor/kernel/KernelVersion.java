package io.stentor.kernel;

import java.util.Comparator;

/// A kernel's version as far as features depend on it.
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {

    /// @param release as `uname -r` prints it, for example `6.1.0-28-amd64`
    /// @throws IllegalArgumentException if it does not begin with two numbers
    public static KernelVersion of(String release) {
        String[] parts = release.split("[^0-9]+", 3);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new IllegalArgumentException("not a kernel release: " + release);
        }
        return new KernelVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    public boolean atLeast(int otherMajor, int otherMinor) {
        return compareTo(new KernelVersion(otherMajor, otherMinor)) >= 0;
    }

    @Override
    public int compareTo(KernelVersion other) {
        return Comparator.comparingInt(KernelVersion::major)
                .thenComparingInt(KernelVersion::minor)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
