import com.launchdarkly.logging.Logs;
import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.integrations.FileData;
import com.optimizely.ab.Optimizely;
import com.optimizely.ab.OptimizelyUserContext;
import com.optimizely.ab.event.NoopEventHandler;
import com.optimizely.ab.optimizelydecision.OptimizelyDecideOption;
import com.sdk.growthbook.GBSDKBuilder;
import com.sdk.growthbook.GrowthBookSDK;
import com.sdk.growthbook.model.GBString;
import com.sdk.growthbook.network.NetworkDispatcher;
import com.sdk.growthbook.utils.Resource;
import dev.openfeature.contrib.providers.flagd.Config;
import dev.openfeature.contrib.providers.flagd.FlagdOptions;
import dev.openfeature.contrib.providers.flagd.FlagdProvider;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import io.getunleash.DefaultUnleash;
import io.getunleash.Unleash;
import io.getunleash.UnleashContext;
import io.getunleash.util.UnleashConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kotlin.Unit;
import kotlin.jvm.functions.Function1;
import kotlinx.coroutines.Job;
import kotlinx.coroutines.JobKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;

/** Each SDK with a flag that it has read from what canary exports. */
final class Sdks {
    private static final String CANDIDATE = "new";

    static Main.Decider flagd(Main.Question question) throws Exception {
        FlagdProvider provider = new FlagdProvider(FlagdOptions.builder()
                .resolverType(Config.Resolver.FILE)
                .deadline(60_000)
                .offlineFlagSourcePath(written(question).toString())
                .build());
        OpenFeatureAPI api = OpenFeatureAPI.getInstance();
        api.setProviderAndWait(provider);
        Client client = api.getClient();
        return new Main.Decider() {
            @Override
            public boolean takes(String user) {
                return client.getStringValue(question.key(), "none", new ImmutableContext(user)).equals(CANDIDATE);
            }

            @Override
            public void close() {
                provider.shutdown();
            }
        };
    }

    static Main.Decider unleash(Main.Question question, boolean variants) {
        // Nobody listens at that address, and nobody needs to.
        Unleash sdk = new DefaultUnleash(UnleashConfig.builder()
                .appName("canary")
                .unleashAPI("http://127.0.0.1:1/")
                .disablePolling()
                .disableMetrics()
                .toggleBootstrapProvider(() -> Optional.of(question.flag().toString()))
                .build());
        return new Main.Decider() {
            @Override
            public boolean takes(String user) {
                UnleashContext context = UnleashContext.builder().userId(user).build();
                if (variants) return sdk.getVariant(question.key(), context).getName().equals("candidate");
                return sdk.isEnabled(question.key(), context);
            }

            @Override
            public void close() {
                sdk.shutdown();
            }
        };
    }

    static Main.Decider growthbook(Main.Question question) throws InterruptedException {
        GBSDKBuilder builder = new GBSDKBuilder(
                "key",
                "http://127.0.0.1:1/",
                null,
                new Answering(question.flag().toString()),
                Map.of(),
                null,
                (experiment, result) -> Unit.INSTANCE,
                false,
                false,
                false);
        GrowthBookSDK sdk = builder.initialize();
        while (!sdk.getFeatures().containsKey(question.key())) Thread.sleep(1);
        return user -> {
            sdk.setAttributes(Map.of("id", new GBString(user)));
            return sdk.feature(question.key()).getGbValue() instanceof GBString value && value.getValue().equals(CANDIDATE);
        };
    }

    /** Stands for GrowthBook's API, which gives the same to whoever asks. */
    private record Answering(String features) implements NetworkDispatcher {
        @Override
        public Job consumeGETRequest(String url, Function1<? super String, Unit> done, Function1<? super Throwable, Unit> failed) {
            done.invoke(features);
            return JobKt.Job(null);
        }

        @Override
        public Flow<Resource<String>> consumeSSEConnection(String url) {
            return FlowKt.emptyFlow();
        }

        @Override
        public void consumePOSTRequest(
                String url, Map<String, ?> body, Function1<? super String, Unit> done, Function1<? super Throwable, Unit> failed) {}
    }

    static Main.Decider launchdarkly(Main.Question question) throws Exception {
        LDClient client = new LDClient(
                "key",
                new LDConfig.Builder()
                        .dataSource(FileData.dataSource().filePaths(written(question)))
                        .events(Components.noEvents())
                        .logging(Components.logging(Logs.none()))
                        .build());
        return new Main.Decider() {
            @Override
            public boolean takes(String user) {
                return client.stringVariation(question.key(), LDContext.create(user), "none").equals(CANDIDATE);
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
    }

    static Main.Decider optimizely(Main.Question question) {
        Optimizely sdk = Optimizely.builder(question.flag().toString(), new NoopEventHandler()).build();
        List<OptimizelyDecideOption> options = List.of(OptimizelyDecideOption.DISABLE_DECISION_EVENT);
        return user -> {
            OptimizelyUserContext context = sdk.createUserContext(user);
            return CANDIDATE.equals(context.decide(question.key(), options).getVariationKey());
        };
    }

    private static Path written(Main.Question question) throws IOException {
        Path file = Files.createTempFile("canary", ".json");
        file.toFile().deleteOnExit();
        return Files.writeString(file, question.flag().toString());
    }

    private Sdks() {}
}
