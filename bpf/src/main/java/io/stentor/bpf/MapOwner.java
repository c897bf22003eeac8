package io.stentor.bpf;

/// Who writes a map, and so what the agent does with it.
public enum MapOwner {
    /// Desired state: reconciled by the agent, nobody else writes.
    AGENT,
    /// Written by the programs: read and aged by the agent, never reconciled.
    DATAPATH,
    /// Belongs to one generation of programs and goes with it.
    GENERATION
}
