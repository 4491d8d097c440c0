import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.File;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.runtime.ConnectMetrics;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.rest.ConnectRestServer;
import org.apache.kafka.connect.runtime.rest.RestClient;
import org.apache.kafka.connect.runtime.rest.errors.ConnectRestException;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.util.Callback;

/**
 * Kafka's REST server without a worker behind it: one for each configuration of a file of JSON. Prints where
 * each listens and what it advertises, or how it fails, and ends when its input does.
 */
public class RestListeners {
    private static final Plugins PLUGINS = new Plugins(Map.of("plugin.discovery", "SERVICE_LOAD"));
    private static final WorkerConfig WORKER = new StandaloneConfig(Map.of(
        "bootstrap.servers", "localhost:1",
        "key.converter", "org.apache.kafka.connect.storage.StringConverter",
        "value.converter", "org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.file.filename", "offsets"));
    private static final ConnectMetrics METRICS =
        new ConnectMetrics("worker", WORKER, Time.SYSTEM, "cluster");

    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        List<Map<String, String>> configs =
            json.readValue(new File(args[0]), new TypeReference<List<Map<String, String>>>() { });
        List<Map<String, String>> started = new ArrayList<>();
        for (Map<String, String> config : configs) started.add(start(config));
        System.out.println("STARTED " + json.writeValueAsString(started));
        while (System.in.read() >= 0) { }
        System.exit(0);
    }

    private static Map<String, String> start(Map<String, String> config) {
        Map<String, String> told = new LinkedHashMap<>();
        try {
            ConnectRestServer server = new ConnectRestServer(null, new RestClient(WORKER), config);
            server.initializeServer();
            server.initializeResources(herder());
            URI admin = server.adminUrl();
            told.put("server", server.serverUrl().toString());
            told.put("advertised", server.advertisedUrl().toString());
            told.put("admin", admin == null ? null : admin.toString());
        } catch (Throwable error) {
            told.put("error", String.valueOf(error));
            Throwable cause = error;
            while (cause.getCause() != null) cause = cause.getCause();
            told.put("cause", String.valueOf(cause));
        }
        return told;
    }

    /** One without connectors. */
    private static Herder herder() {
        return (Herder) Proxy.newProxyInstance(
            Herder.class.getClassLoader(), new Class<?>[] {Herder.class}, (proxy, method, args) -> {
                switch (method.getName()) {
                    case "plugins":
                        return PLUGINS;
                    case "connectMetrics":
                        return METRICS;
                    case "kafkaClusterId":
                        return "cluster";
                    case "healthCheck":
                        ((Callback<?>) args[0]).onCompletion(null, null);
                        return null;
                    case "connectors":
                        return List.of();
                    case "allLoggerLevels":
                        return Map.of();
                    default:
                        throw new ConnectRestException(409, "There is no worker: " + method.getName());
                }
            });
    }
}
