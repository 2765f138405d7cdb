import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Asks the Java SDKs of flag systems, by their public evaluation calls, who is in the canary.
 *
 * <p>Reads JSON cases on standard input, each {sdk, key, flag, users}: what canary exports of a flag, and the flag's key in it. The candidate's
 * value is "new". The answers, for each a list of true and false, are the last line of what is printed.
 */
public final class Main {
    record Question(String sdk, String key, JsonObject flag, List<String> users) {}

    interface Sdk {
        /** Gives the SDK the flag. */
        Decider load(Question question) throws Exception;
    }

    /** An SDK that holds the flag of a question says whether a user gets the candidate, until it is closed. */
    interface Decider extends AutoCloseable {
        boolean takes(String user);

        @Override
        default void close() throws Exception {}
    }

    private static final Map<String, Sdk> SDKS = Map.of(
            "flagd", Sdks::flagd,
            "unleash", question -> Sdks.unleash(question, false),
            "unleash-variants", question -> Sdks.unleash(question, true),
            "growthbook", Sdks::growthbook,
            "launchdarkly", Sdks::launchdarkly,
            "optimizely", Sdks::optimizely);

    public static void main(String[] args) throws Exception {
        Gson gson = new Gson();
        List<Question> questions = gson.fromJson(
                new InputStreamReader(System.in, StandardCharsets.UTF_8), new TypeToken<List<Question>>() {}.getType());
        List<List<Boolean>> answers = new ArrayList<>();
        for (Question question : questions) {
            try (Decider decider = SDKS.get(question.sdk()).load(question)) {
                answers.add(question.users().stream().map(decider::takes).toList());
            }
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).printf("%n%s%n", gson.toJson(answers));
        // Threads of SDKs that are closed may still be ending.
        System.exit(0);
    }
}
