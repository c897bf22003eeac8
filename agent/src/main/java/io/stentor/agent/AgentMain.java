package io.stentor.agent;

import io.stentor.kernel.KernelException;
import io.stentor.kube.AgentSettings;
import io.stentor.kube.Configuration;
import io.stentor.kube.Logging;
import io.stentor.kube.Reading;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// `stentor-agent`: reads its configuration, runs until it is told to end, leaves the datapath as it is.
public final class AgentMain {
    private static final System.Logger LOG = System.getLogger("agent");

    private AgentMain() {}

    public static void main(String[] args) {
        switch (Configuration.agent(List.of(args), System.getenv())) {
            case Reading.HelpWanted<AgentSettings>(String text) -> System.out.print(text);
            case Reading.Refused<AgentSettings>(var problems) -> {
                problems.forEach(problem -> System.err.println("stentor-agent: " + problem));
                System.exit(Refusal.WRONG_USE);
            }
            case Reading.Accepted<AgentSettings>(AgentSettings settings, var problems) -> {
                Logging.start(settings.serving().log());
                problems.forEach(problem -> LOG.log(System.Logger.Level.WARNING, problem.toString()));
                System.exit(run(new Agent(settings, problems)));
            }
        }
    }

    private static int run(Agent agent) {
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            ended.countDown();
            agent.close();
        }));
        try {
            agent.start();
            ended.await();
            return 0;
        } catch (Refusal refusal) {
            LOG.log(System.Logger.Level.ERROR, refusal.getMessage());
            return refusal.exitCode();
        } catch (IOException | KernelException e) {
            // The kinds of input and output failures say what they are by their names alone.
            boolean sentence = e instanceof KernelException || e.getClass().equals(IOException.class);
            LOG.log(System.Logger.Level.ERROR, "the agent cannot run: " + (sentence ? e.getMessage() : e));
            LOG.log(System.Logger.Level.DEBUG, "where", e);
            return Refusal.FAILED;
        } catch (InterruptedException ending) {
            return 0;
        }
    }
}
