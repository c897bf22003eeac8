package io.stentor.kernel.linux;

import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.LinkSetting;
import java.util.ArrayList;
import java.util.List;

/// Changes as requests. Holds the namespace files that they name open until the kernel has read them.
final class ChangeCodec implements AutoCloseable {
    private static final int ADD = NlMessage.CREATE | NlMessage.EXCL;
    private static final int REPLACE = NlMessage.CREATE | NlMessage.REPLACE;

    private final List<Fd> open = new ArrayList<>();

    NlMessage write(Change change) {
        return switch (change) {
            case Change.AddLink(var spec) -> LinkCodec.add(spec, this::open);
            case Change.SetLink(int index, var settings) -> LinkCodec.set(index, settings, this::open);
            case Change.DeleteLink(int index) -> LinkCodec.delete(index);
            case Change.AddAddress(var address) -> AddressCodec.write(AddressCodec.RTM_NEWADDR, ADD, address);
            case Change.ReplaceAddress(var address) -> AddressCodec.write(AddressCodec.RTM_NEWADDR, REPLACE, address);
            case Change.DeleteAddress(var address) -> AddressCodec.write(AddressCodec.RTM_DELADDR, 0, address);
            case Change.AddRoute(var route) -> RouteCodec.write(RouteCodec.RTM_NEWROUTE, ADD, route);
            case Change.ReplaceRoute(var route) -> RouteCodec.write(RouteCodec.RTM_NEWROUTE, REPLACE, route);
            case Change.DeleteRoute(var route) -> RouteCodec.write(RouteCodec.RTM_DELROUTE, 0, route);
            case Change.AddRule(var rule) -> RuleCodec.write(RuleCodec.RTM_NEWRULE, ADD, rule);
            case Change.DeleteRule(var rule) -> RuleCodec.write(RuleCodec.RTM_DELRULE, 0, rule);
            case Change.AddNeighbour(var neighbour) ->
                NeighbourCodec.write(NeighbourCodec.RTM_NEWNEIGH, ADD, neighbour);
            case Change.ReplaceNeighbour(var neighbour) ->
                NeighbourCodec.write(NeighbourCodec.RTM_NEWNEIGH, REPLACE, neighbour);
            case Change.DeleteNeighbour(var neighbour) ->
                NeighbourCodec.write(NeighbourCodec.RTM_DELNEIGH, 0, neighbour);
        };
    }

    private int open(LinkSetting.Namespace namespace) {
        Fd fd = Fd.open(namespace.netns());
        open.add(fd);
        return fd.number();
    }

    @Override
    public void close() {
        open.forEach(Fd::close);
    }
}
