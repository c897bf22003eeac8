package io.stentor.kube;

import java.nio.file.Path;

/// Where the agent keeps things.
///
/// @param stateDir `/var/lib/stentor`
/// @param bpfRoot  bpffs mount (`/sys/fs/bpf`); the agent's pins are below `stentor/` there
/// @param socket   `/run/stentor/agent.sock`
public record PathSettings(Path stateDir, Path bpfRoot, Path socket, CniSettings cni) {}
