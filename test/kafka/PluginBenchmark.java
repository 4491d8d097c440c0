import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Reads workloads, and prints for each what one call takes in nanoseconds: each is warmed up, and the
 * median of some rounds counts. Arguments: FILE WARM_MS ROUNDS ROUND_MS.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
public class PluginBenchmark {
    static final ObjectMapper JSON = new ObjectMapper();
    /** Where results go, so that none is left unmade. */
    static final Object[] results = new Object[64];

    interface Call {
        Object run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        for (JsonNode each : JSON.readTree(new File(args[0]))) {
            Call call = each.has("converter") ? convert(each) : change((ObjectNode) each);
            System.out.println(measure(call, Long.parseLong(args[1]), Integer.parseInt(args[2]),
                Long.parseLong(args[3])));
        }
    }

    static Call change(ObjectNode each) throws Exception {
        JsonNode name = each.has("transform") ? each.get("transform") : each.get("predicate");
        Object plugin = Class.forName(name.asText()).getDeclaredConstructor().newInstance();
        ((Configurable) plugin).configure(config(each));
        ConnectRecord record = Transforms.record(each);
        if (plugin instanceof Predicate predicate) return () -> predicate.test(record);
        Transformation transformation = (Transformation) plugin;
        return () -> transformation.apply(record);
    }

    static Call convert(JsonNode each) throws Exception {
        boolean isWrite = each.get("way").asText().equals("write");
        Schema schema = Transforms.schema(each.at("/datum/schema"));
        Object value = Converters.value(each.at("/datum/tagged"), schema);
        Object plugin = Class.forName(each.get("converter").asText()).getDeclaredConstructor().newInstance();
        if (plugin instanceof Converter converter) {
            converter.configure(config(each), false);
            if (isWrite) return () -> converter.fromConnectData("t", schema, value);
            byte[] bytes = converter.fromConnectData("t", schema, value);
            return () -> converter.toConnectData("t", bytes);
        }
        HeaderConverter converter = (HeaderConverter) plugin;
        converter.configure(config(each));
        if (isWrite) return () -> converter.fromConnectHeader("t", "h", schema, value);
        byte[] bytes = converter.fromConnectHeader("t", "h", schema, value);
        return () -> converter.toConnectHeader("t", "h", bytes);
    }

    static Map<String, String> config(JsonNode each) {
        return JSON.convertValue(each.get("config"), Map.class);
    }

    static double measure(Call call, long warmMs, int rounds, long roundMs) throws Exception {
        int count = 1;
        long end = System.nanoTime() + warmMs * 1_000_000;
        double perCall = Double.MAX_VALUE;
        do {
            perCall = round(call, count) / count;
            if (perCall * count < 1_000_000) count *= 2;
        } while (System.nanoTime() < end);
        count = (int) Math.max(1, roundMs * 1e6 / perCall);
        double[] all = new double[rounds];
        for (int i = 0; i < rounds; i++) all[i] = round(call, count) / count;
        Arrays.sort(all);
        return all[rounds / 2];
    }

    static double round(Call call, int count) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) results[i & 63] = call.run();
        return System.nanoTime() - start;
    }
}
