import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.connector.policy.AllowlistConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigRequest;
import org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.health.ConnectorType;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.SourceConnectorConfig;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.util.TopicCreation;
import org.apache.kafka.connect.util.TopicCreationGroup;

/** Prints what Kafka Connect configures its clients with, and what Kafka's clients say of it. */
public class ClientConfigs {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Class<?> CONNECTOR = org.apache.kafka.connect.file.FileStreamSourceConnector.class;

    /** Keys whose values are compared. */
    static final List<String> KEYS = List.of(
        "acks", "linger.ms", "batch.size", "compression.type", "compression.gzip.level", "compression.lz4.level", "compression.zstd.level",
        "max.request.size", "delivery.timeout.ms", "retries", "max.in.flight.requests.per.connection", "enable.idempotence", "max.block.ms",
        "buffer.memory", "fetch.min.bytes", "fetch.max.bytes", "fetch.max.wait.ms", "max.partition.fetch.bytes", "max.poll.records",
        "max.poll.interval.ms", "session.timeout.ms", "heartbeat.interval.ms", "auto.offset.reset", "isolation.level", "client.rack",
        "partition.assignment.strategy", "group.instance.id", "default.api.timeout.ms", "request.timeout.ms", "retry.backoff.ms",
        "retry.backoff.max.ms", "metadata.max.age.ms", "socket.connection.setup.timeout.ms", "security.protocol", "sasl.mechanism",
        "ssl.enabled.protocols", "ssl.keystore.type", "ssl.endpoint.identification.algorithm");

    static final String[] VALUES = {
        "", "x", "-2", "-1", "0", "1", " 7 ", "all", "ALL", "2147483647", "2147483648", "9223372036854775807", "true", "zstd", "SNAPPY",
        "none", "earliest", "Earliest", "by_duration:x", "read_committed", "ssl", "SASL_SSL", "a,b", "a,a", "a b",
    };

    public static void main(String[] args) throws Exception {
        ObjectNode all = JSON.createObjectNode();
        all.set("definitions", definitions());
        all.set("keys", keys());
        all.set("values", values());
        all.set("together", together());
        all.set("layers", layers());
        all.set("policies", policies());
        all.set("jaas", jaas());
        all.set("newTopics", newTopics());
        System.out.println(JSON.writeValueAsString(all));
    }

    static Map<String, String> map(String... keysAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) map.put(keysAndValues[i], keysAndValues[i + 1]);
        return map;
    }

    static Map<String, ConfigDef> defs() {
        Map<String, ConfigDef> defs = new LinkedHashMap<>();
        defs.put("producer", ProducerConfig.configDef());
        defs.put("consumer", ConsumerConfig.configDef());
        defs.put("admin", AdminClientConfig.configDef());
        return defs;
    }

    /** Every key that each kind of client knows, with its default; null: there is none, or it is null. */
    static ObjectNode definitions() {
        ObjectNode kinds = JSON.createObjectNode();
        defs().forEach((kind, def) -> {
            ObjectNode keys = kinds.putObject(kind);
            new TreeMap<>(def.configKeys()).forEach((name, key) ->
                keys.put(name, key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null));
        });
        return kinds;
    }

    /** The type of each of these keys, how important it is, and whether it is required. */
    static ObjectNode keys() {
        ObjectNode kinds = JSON.createObjectNode();
        defs().forEach((kind, def) -> {
            ObjectNode keys = kinds.putObject(kind);
            new TreeMap<>(def.configKeys()).forEach((name, key) ->
                keys.put(name, key.type + " " + key.importance + (key.hasDefault() ? "" : " required")));
        });
        return kinds;
    }

    /** What each kind of client makes of one value of one key. */
    static ArrayNode values() {
        ArrayNode cases = JSON.createArrayNode();
        defs().forEach((kind, def) -> KEYS.stream().filter(def.names()::contains).forEach(key -> {
            for (String value : VALUES) cases.add(answer(kind, map(key, value), List.of(key)));
        }));
        return cases;
    }

    static ArrayNode together() {
        ArrayNode cases = JSON.createArrayNode();
        for (Map<String, String> props : List.of(
            map("acks", "1"), map("acks", "1", "enable.idempotence", "true"), map("retries", "0", "enable.idempotence", "true"), map("retries", "0"),
            map("max.in.flight.requests.per.connection", "6"), map("max.in.flight.requests.per.connection", "6", "enable.idempotence", "true"),
            map("enable.idempotence", "false"), map("linger.ms", "100000", "delivery.timeout.ms", "120000"), map("linger.ms", "100000"), map("delivery.timeout.ms", "30004"), map("delivery.timeout.ms", "30005"),
            map("bootstrap.servers", "h"), map("bootstrap.servers", "http://127.0.0.1:9092"),
            map("retry.backoff.ms", "5000"), map("compression.type", "gzip", "compression.gzip.level", "0"), map("client.id", "mine")
        )) cases.add(answer("producer", props, TOGETHER));
        for (Map<String, String> props : List.of(
            map("retry.backoff.ms", "5000"), map("session.timeout.ms", "3000"), map("heartbeat.interval.ms", "44999"), map("bootstrap.servers", "nowhere"), map("enable.auto.commit", "true"), map("group.protocol", "consumer"),
            map("group.protocol", "consumer", "session.timeout.ms", "7")
        )) cases.add(answer("consumer", props, TOGETHER));
        for (String mechanism : List.of("", "PLAIN")) cases.add(answer("admin", map("security.protocol", "SASL_SSL", "sasl.mechanism", mechanism), TOGETHER));
        return cases;
    }

    static final List<String> TOGETHER = List.of("acks", "enable.idempotence", "retries", "max.in.flight.requests.per.connection", "client.id");

    static ObjectNode answer(String kind, Map<String, String> props, List<String> keys) {
        ObjectNode answer = JSON.createObjectNode().put("kind", kind);
        answer.set("props", JSON.valueToTree(props));
        Map<String, Object> all = new HashMap<>(props);
        all.putIfAbsent("bootstrap.servers", "127.0.0.1:1");
        try {
            AbstractConfig config;
            if (kind.equals("producer")) {
                all.put("key.serializer", ByteArraySerializer.class);
                all.put("value.serializer", ByteArraySerializer.class);
                config = new ProducerConfig(all);
                // What only the client itself checks.
                if (keys == TOGETHER) new KafkaProducer<>(all).close(Duration.ZERO);
            } else if (kind.equals("consumer")) {
                all.put("key.deserializer", ByteArrayDeserializer.class);
                all.put("value.deserializer", ByteArrayDeserializer.class);
                all.put("group.id", "g");
                config = new ConsumerConfig(all);
                if (keys == TOGETHER) new KafkaConsumer<>(all).close(CloseOptions.timeout(Duration.ZERO));
            } else {
                config = new AdminClientConfig(all);
            }
            ObjectNode values = answer.putObject("values");
            for (String key : keys) {
                if (!config.values().containsKey(key) || key.equals("client.id") && !props.containsKey(key)) continue;
                values.put(key, String.valueOf(config.values().get(key)));
            }
        } catch (Exception e) {
            answer.put("error", (e.getCause() == null ? e : e.getCause()).getMessage());
        }
        return answer;
    }

    static final Map<String, String> WORKER = map(
        "bootstrap.servers", "h:1, i:2", "key.converter", "org.apache.kafka.connect.storage.StringConverter", "value.converter",
        "org.apache.kafka.connect.storage.StringConverter", "offset.storage.file.filename", "/tmp/x", "plugin.discovery", "only_scan",
        "retries", "9", "security.protocol", "SSL", "ssl.keystore.location", "/k", "max.poll.records", "4", "client.id", "plain",
        "request.timeout.ms", "123", "linger.ms", "8", "odd.key", "1");

    static final Plugins PLUGINS = new Plugins(map("plugin.discovery", "only_scan"));

    static ArrayNode layers() throws Exception {
        ArrayNode cases = JSON.createArrayNode();
        Map<String, String> prefixed = map(
            "producer.acks", "1", "producer.client.id", "pw", "consumer.max.poll.records", "7", "consumer.group.id", "gw",
            "admin.retries", "3", "admin.bootstrap.servers", "adm:1", "producer.", "x", "consumer.odd", "2");
        Map<String, String> overrides = map(
            "producer.override.linger.ms", "3", "producer.override.acks", "0", "producer.override.bootstrap.servers", "own:1",
            "consumer.override.fetch.min.bytes", "2", "consumer.override.group.id", "go", "admin.override.retries", "5",
            "admin.override.client.id", "own", "producer.override.odd", "4");
        for (Map<String, String> worker : List.of(map(), prefixed)) {
            for (Map<String, String> connector : List.of(map(), overrides)) {
                for (String kind : List.of("producer", "consumer", "admin")) cases.add(layer(kind, worker, connector));
            }
        }
        return cases;
    }

    static ObjectNode layer(String kind, Map<String, String> ofWorker, Map<String, String> ofConnector) throws Exception {
        Map<String, String> worker = new LinkedHashMap<>(WORKER);
        worker.putAll(ofWorker);
        Map<String, String> connector = map("name", "n", "connector.class", CONNECTOR.getName());
        connector.putAll(ofConnector);
        WorkerConfig workerConfig = new StandaloneConfig(worker);
        ConnectorConfig connectorConfig = new ConnectorConfig(PLUGINS, connector);
        String clientId = "connector-" + (kind.equals("admin") ? "adminclient" : kind) + "-n-0";
        ConnectorClientConfigOverridePolicy policy = new AllConnectorClientConfigOverridePolicy();
        Object configs = switch (kind) {
            case "producer" -> call("baseProducerConfigs", "n", clientId, workerConfig, connectorConfig, CONNECTOR, policy, "C");
            case "consumer" -> call("baseConsumerConfigs", "n", clientId, workerConfig, connectorConfig, CONNECTOR, policy, "C", ConnectorType.SINK);
            default -> call("adminConfigs", "n", clientId, workerConfig, connectorConfig, CONNECTOR, policy, "C", ConnectorType.SOURCE);
        };
        ObjectNode layer = JSON.createObjectNode().put("kind", kind).put("clientId", clientId);
        layer.set("worker", JSON.valueToTree(worker));
        layer.set("connector", JSON.valueToTree(connector));
        layer.set("configs", JSON.valueToTree(new TreeMap<>((Map<?, ?>) configs)));
        return layer;
    }

    static Object call(String name, Object... args) throws Exception {
        for (Method method : Worker.class.getDeclaredMethods()) {
            if (!method.getName().equals(name)) continue;
            method.setAccessible(true);
            return method.invoke(null, args);
        }
        throw new NoSuchMethodException(name);
    }

    /** What topics a source's topics are made with. */
    static ArrayNode newTopics() {
        ArrayNode cases = JSON.createArrayNode();
        String[] defaults = {"topic.creation.default.replication.factor", "3", "topic.creation.default.partitions", "5"};
        List<Map<String, String>> sources = List.of(
            map(),
            map("topic.creation.default.replication.factor", "-1", "topic.creation.default.partitions", "-1"),
            map(and(defaults, "topic.creation.default.cleanup.policy", "compact", "topic.creation.default.compression.type", "lz4")),
            map(and(defaults, "topic.creation.groups", "a, b", "topic.creation.a.include", "t, x.*", "topic.creation.a.exclude", "xx.*",
                "topic.creation.a.partitions", "7", "topic.creation.a.retention.ms", "1", "topic.creation.b.include", "x.*|y",
                "topic.creation.b.replication.factor", "2", "topic.creation.default.retention.ms", "9")),
            map(and(defaults, "topic.creation.groups", "b,a", "topic.creation.a.include", "t", "topic.creation.b.include", ".*")),
            map(and(defaults, "topic.creation.groups", "a", "topic.creation.a.exclude", "t", "topic.creation.a.partitions", "-1")),
            map(and(defaults, "topic.creation.default.include", "x", "topic.creation.default.exclude", "t")),
            map(and(defaults, "topic.creation.groups", "a", "topic.creation.a.include", "t", "topic.creation.a.partitions.extra", "1",
                "topic.creation.b.include", "y")));
        for (Map<String, String> own : sources) {
            for (String enabled : List.of("true", "false")) {
                Map<String, String> worker = new LinkedHashMap<>(WORKER);
                worker.put("topic.creation.enable", enabled);
                Map<String, String> connector = map("name", "n", "connector.class", CONNECTOR.getName(), "topic", "t", "file", "/f");
                connector.putAll(own);
                ObjectNode answer = cases.addObject().put("enabled", enabled);
                answer.set("connector", JSON.valueToTree(connector));
                ObjectNode topics = answer.putObject("topics");
                WorkerConfig workerConfig = new StandaloneConfig(worker);
                SourceConnectorConfig config = new SourceConnectorConfig(PLUGINS, connector, workerConfig.topicCreationEnable());
                TopicCreation creation = TopicCreation.newTopicCreation(workerConfig,
                    workerConfig.topicCreationEnable() && config.usesTopicCreation() ? TopicCreationGroup.configuredGroups(config) : null);
                for (String name : List.of("t", "x1", "xx1", "y", "z")) {
                    if (!creation.isTopicCreationRequired(name)) {
                        topics.putNull(name);
                        continue;
                    }
                    NewTopic made = creation.findFirstGroup(name).newTopic(name);
                    ObjectNode topic = topics.putObject(name).put("name", made.name()).put("partitions", made.numPartitions());
                    topic.put("replicationFactor", made.replicationFactor());
                    topic.set("configs", JSON.valueToTree(new TreeMap<>(made.configs() == null ? Map.of() : made.configs())));
                }
            }
        }
        return cases;
    }

    static String[] and(String[] first, String... second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    static ArrayNode policies() {
        ArrayNode cases = JSON.createArrayNode();
        Map<String, Object> overrides = new LinkedHashMap<>(map(
            "acks", "1", "sasl.jaas.config", "x", "sasl.mechanism", "PLAIN", "security.protocol", "SSL", "odd", "v", "ssl.keystore.location", "/k"));
        for (ConnectorClientConfigOverridePolicy policy : List.of(
            new AllConnectorClientConfigOverridePolicy(), new PrincipalConnectorClientConfigOverridePolicy(),
            new NoneConnectorClientConfigOverridePolicy(), new AllowlistConnectorClientConfigOverridePolicy()
        )) {
            for (String allowlist : List.of("", "acks, odd")) {
                policy.configure(Map.of("connector.client.config.override.allowlist", allowlist));
                ObjectNode answer = cases.addObject().put("policy", policy.getClass().getSimpleName()).put("allowlist", allowlist);
                ObjectNode errors = answer.putObject("errors");
                ConnectorClientConfigRequest request = new ConnectorClientConfigRequest(
                    "c", ConnectorType.SOURCE, CONNECTOR.asSubclass(org.apache.kafka.connect.connector.Connector.class), overrides,
                    ConnectorClientConfigRequest.ClientType.PRODUCER);
                for (ConfigValue value : policy.validate(request)) errors.set(value.name(), JSON.valueToTree(value.errorMessages()));
            }
        }
        return cases;
    }

    static ArrayNode jaas() {
        ArrayNode cases = JSON.createArrayNode();
        for (String text : List.of(
            "", " ", ";", "org.M", "org.M;", "org.M required", "org.M required;", "org.M required a=b;", "org.M required a=\"b\";", "org.M REQUIRED a='b';",
            "org.M Optional\n  a=\"x y\"\n  b=\"\" ;", "org.M required a=\"q\\\"uote\" b=\"back\\\\slash\" c=\"\\n\\t\\101\\q\";", "org.M required a=\"b\"",
            "org.M required a=\"b;", "org.M required a=;", "org.M required a;", "org.M required =b;", "org.M required a=b c;", "org.M sometimes a=b;",
            "org.M required a=b; org.N optional c=\"d\";", "org.M required a=b;;", "org.M required a=b; x", "org.M required a=\"b\" // note\n;",
            "org.M /* why */ required a=b;", "org.M required a=p@ss;", "org.M required a=12;", "org.M required a=12.50;", "org.M required a=1x;",
            "org.M required a=-;", "org.M required a_b=\"1\" c$d=\"2\" e-f=\"3\" g.h=\"4\";", "org.M required a=\"1\" a=\"2\";", "org.M required a=\u00fc;",
            "org.M required a=\"\u732b\";", "org.M required password=\"a=b,c;d\";", "org.M required a = \"b\" ;", "org.M required a=b/c;", "org.M required a=\"b\nc\";",
            "org.M required a=\"\\u0041\";", "org.M required \"a\"=\"b\";", "'org.M' required a=b;", "org.M required a=b:c;", "org.M required a=true;"
        )) {
            ObjectNode answer = cases.addObject().put("text", text);
            try {
                JaasContext context = JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(text)));
                ArrayNode entries = answer.putArray("entries");
                context.configurationEntries().forEach(entry -> {
                    ObjectNode one = entries.addObject().put("module", entry.getLoginModuleName());
                    one.set("options", JSON.valueToTree(new TreeMap<>(entry.getOptions())));
                });
            } catch (Exception e) {
                answer.put("error", e.getMessage());
            }
        }
        return cases;
    }
}
