package io.stentor.kube;

import java.nio.file.Path;

/// How the container runtime learns of the agent.
///
/// @param confDir   `/etc/cni/net.d`
/// @param binDir    `/opt/cni/bin`
/// @param exclusive other network configurations are moved to `*.stentor_bak`
/// @param uninstall the network configuration is removed when the agent stops (`cni-uninstall`)
public record CniSettings(Path confDir, Path binDir, boolean exclusive, boolean uninstall) {}
