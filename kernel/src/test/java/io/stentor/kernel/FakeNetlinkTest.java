package io.stentor.kernel;

import io.stentor.kernel.fake.FakeKernel;
import java.nio.file.Path;

class FakeNetlinkTest extends NetlinkContract {
    private final FakeKernel kernel = new FakeKernel();
    private int namespaces;

    @Override
    Kernel kernel() {
        return kernel;
    }

    @Override
    Path namespace() {
        return Path.of("/run/netns/" + namespaces++);
    }
}
