package io.stentor.operator;

import io.stentor.kube.Configuration;
import io.stentor.kube.KubeClient;
import io.stentor.kube.Logging;
import io.stentor.kube.OperatorSettings;
import io.stentor.kube.Reading;
import io.stentor.kube.cluster.Chores;
import io.stentor.kube.cluster.Leadership;
import io.stentor.model.Problem;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/// The operator's main: configuration, a connection to the API server, election, chores, and what it tells of itself.
public final class OperatorMain {

    private static final int WRONG_USE = 2;

    private OperatorMain() {}

    public static void main(String[] args) throws InterruptedException {
        switch (Configuration.operator(List.of(args), System.getenv())) {
            case Reading.HelpWanted<OperatorSettings>(String text) -> System.out.print(text);
            case Reading.Refused<OperatorSettings>(List<Problem> problems) -> refuse(problems);
            case Reading.Accepted<OperatorSettings>(OperatorSettings settings, List<Problem> problems) -> {
                Logging.start(settings.serving().log());
                System.Logger log = System.getLogger("operator");
                problems.forEach(problem -> log.log(Level.WARNING, problem.toString()));
                run(settings, log);
            }
        }
    }

    private static void refuse(List<Problem> problems) {
        problems.forEach(problem -> System.err.println("stentor-operator: " + problem));
        System.exit(WRONG_USE);
    }

    private static void run(OperatorSettings settings, System.Logger log) throws InterruptedException {
        Metrics metrics = new Metrics();
        KubeClient client;
        List<Pages> pages = new ArrayList<>();
        try {
            client = KubeClient.open(settings.api());
            pages.add(Pages.serveHealth(settings.serving().health()));
            if (settings.serving().metrics().isPresent()) {
                pages.add(Pages.serveMetrics(settings.serving().metrics().get(), metrics));
            }
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("stentor-operator: " + e.getMessage());
            System.exit(WRONG_USE);
            return;
        }
        Leadership leadership = Leadership.seek(
                client,
                settings.lease(),
                new Leadership.Seat(settings.api().namespace(), holder()),
                () -> metrics.watch(Chores.start(client, settings, metrics)));
        metrics.watch(leadership);
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        log.log(Level.INFO, "started health=" + settings.serving().health());
        stop.await();
        leadership.close();
        pages.forEach(Pages::close);
        client.close();
        log.log(Level.INFO, "stopped");
        stopped.countDown();
    }

    /// Replicas may share a host, and a restarted one is another.
    private static String holder() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "operator";
        }
        return host + "-" + UUID.randomUUID().toString().substring(0, 8);
    }
}
