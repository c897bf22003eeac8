package io.stentor.kube;

import java.nio.file.Path;

/// How the container runtime learns of the agent.
///
/// @param confDir   `/etc/cni/net.d`
/// @param binDir    `/opt/cni/bin`
/// @param exclusive other network configurations are moved to `*.stentor_bak`
public record CniSettings(Path confDir, Path binDir, boolean exclusive) {}
