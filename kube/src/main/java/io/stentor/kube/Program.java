package io.stentor.kube;

/// The programs that read a configuration.
enum Program {
    AGENT('A', "stentor-agent", "A node's agent: pods' links, addresses and datapath."),
    OPERATOR('O', "stentor-operator", "The cluster's operator: CRDs, pod CIDRs of nodes, taints, collection.");

    final char letter;
    final String command;
    final String purpose;

    Program(char letter, String command, String purpose) {
        this.letter = letter;
        this.command = command;
        this.purpose = purpose;
    }
}
