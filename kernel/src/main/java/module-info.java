/// The one door to Linux. The only module that may call native code.
module io.stentor.kernel {
    requires static org.jspecify;

    exports io.stentor.kernel;
    exports io.stentor.kernel.bpf;
    exports io.stentor.kernel.fake;
    exports io.stentor.kernel.net;
}
