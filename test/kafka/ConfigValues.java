import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.CaseInsensitiveValidString;
import org.apache.kafka.common.config.ConfigDef.CompositeValidator;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.ListSize;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.NonEmptyStringWithoutControlChars;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Recommender;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidList;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.SinkConnectorConfig;
import org.apache.kafka.connect.runtime.SourceConnectorConfig;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.util.ConnectorUtils;

/** Prints what Kafka's ConfigDef makes of values, and what Connect's own definitions say of them. */
public class ConfigValues {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String[] TEXTS = {
        "", " ", "a", " a ", "\ta\n", "\u00a0a\u00a0", "\u0001a\u0001", "true", "TRUE", " True ", "false", "yes", "1", "0", "-1", "+1", " 7 ",
        "1.5", "1.", ".5", "1e3", "1E-3", "1d", "1f", "1L", "1_000", "0x10", "010", "--1", "+", "-", "NaN", "Infinity", "-Infinity",
        "infinity", "1e400", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648",
        "-2147483649", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "a,b", " a , b ", "a,,b", ",", "a,", ",a", "a,b,a", "a b", "a\u00a0,b", "a\n,\tb", "null",
    };

    static final List<String> TOPICS = List.of("a", "b", "ab", "aab", "A", "a-b", "a.b", "a_b", "a1", "t-1", "t-22", "topic", "Topic", "-", "]", "a{", "\\", "Qa", "&", "a&b");
    static final String[] KEY_TEXTS = {
        "", "a", " all ", "None", "true", "0", "-1", "1", "1.5", "a,a", "a,", "a,,b", "a,b", "http://:80", "https://h:1,http://h:2", "http://:80/x",
        "ftp://h:1", "http://h", "(", "[", "a.*", "*", "a\u0007", "interval", "99999999999", null,
    };

    public static void main(String[] args) throws Exception {
        ObjectNode all = JSON.createObjectNode();
        all.set("types", types());
        all.set("validators", validators());
        all.set("definitions", definitions());
        all.set("worker", keys(standaloneConfigDef()));
        all.set("source", keys(SourceConnectorConfig.configDef()));
        all.set("topicCreation", topicCreation());
        all.set("transforms", transforms());
        all.set("sink", keys(SinkConnectorConfig.configDef()));
        all.set("headerRules", headerRules());
        all.set("groupPartitions", groupPartitions());
        all.set("topics", JSON.valueToTree(TOPICS));
        all.set("regexes", regexes());
        all.set("keyTexts", JSON.valueToTree(KEY_TEXTS));
        System.out.println(all);
    }

    static ObjectNode types() {
        ObjectNode types = JSON.createObjectNode();
        for (Type type : List.of(Type.BOOLEAN, Type.STRING, Type.INT, Type.SHORT, Type.LONG, Type.DOUBLE, Type.LIST, Type.PASSWORD)) {
            ArrayNode cases = types.putArray(type.name());
            for (String text : TEXTS) {
                ObjectNode one = cases.addObject().put("text", text);
                try {
                    one.set("value", shown(ConfigDef.parseType("key", text, type)));
                } catch (ConfigException e) {
                    one.put("error", e.getMessage());
                }
            }
        }
        return types;
    }

    static com.fasterxml.jackson.databind.JsonNode shown(Object value) {
        if (value == null) return JSON.nullNode();
        if (value instanceof Password password) return JSON.getNodeFactory().textNode("[hidden] " + password.value());
        if (value instanceof List<?> list) return JSON.valueToTree(list);
        return JSON.getNodeFactory().textNode(String.valueOf(value));
    }

    static ArrayNode validators() {
        Map<String, Validator> validators = new LinkedHashMap<>();
        validators.put("range(1)", Range.atLeast(1));
        validators.put("range(1, 5)", Range.between(1, 5));
        validators.put("oneOf", ValidString.in("a", "b"));
        validators.put("oneOfIgnoringCase", CaseInsensitiveValidString.in("Aa", "b"));
        validators.put("nonEmptyString", new NonEmptyString());
        validators.put("nonEmptyStringWithoutControlChars", NonEmptyStringWithoutControlChars.nonEmptyStringWithoutControlChars());
        validators.put("anyList", ValidList.anyNonDuplicateValues(true, true));
        validators.put("nonEmptyList", ValidList.anyNonDuplicateValues(false, false));
        validators.put("listOf", ValidList.in("a", "b"));
        validators.put("nonEmptyListOf", ValidList.in(false, "a", "b"));
        validators.put("listSize", ListSize.atMostOfSize(1));
        validators.put("check", LambdaValidator.with((name, value) -> {
            if (!"a".equals(value)) throw new ConfigException(name, value, "it is not a");
        }, () -> "the letter a"));
        validators.put("allOf", CompositeValidator.of(new NonEmptyString(), ValidString.in("a", "")));
        List<Object> numbers = Arrays.asList(0, 1, 5, 6, null);
        List<Object> texts = Arrays.asList("a", "A", "AA", "b", "c", "", " ", "a\nb\u0007", "\u007f\u0085", "\n", null);
        List<Object> lists = Arrays.asList(List.of(), List.of("a"), List.of("a", "b"), List.of("a", "a"), List.of("b", "a", "b", "a"),
            List.of("c"), List.of("a", ""), List.of("", ""), List.of("c", "c"), null);
        ArrayNode out = JSON.createArrayNode();
        validators.forEach((name, validator) -> {
            ObjectNode one = out.addObject().put("validator", name).put("text", validator.toString());
            ArrayNode cases = one.putArray("cases");
            List<Object> values = name.startsWith("range") ? numbers : name.toLowerCase().contains("list") ? lists : texts;
            for (Object value : values) {
                ObjectNode valueCase = cases.addObject();
                valueCase.set("value", JSON.valueToTree(value));
                try {
                    validator.ensureValid("key", value);
                    valueCase.putNull("error");
                } catch (ConfigException e) {
                    valueCase.put("error", e.getMessage());
                } catch (NullPointerException defect) {
                    valueCase.put("error", "NullPointerException");
                }
            }
        });
        return out;
    }

    /** What is wrong with KEY_TEXTS for each key of Connect's own definitions; classes and versions are left out, for they depend on plugins. */
    static ObjectNode keys(ConfigDef def) {
        ObjectNode out = JSON.createObjectNode();
        new TreeMap<>(def.configKeys()).forEach((name, key) -> {
            if (key.type == Type.CLASS || key.type == Type.PASSWORD || name.endsWith("plugin.version")) return;
            ObjectNode wrong = out.putObject(name);
            for (String text : KEY_TEXTS) {
                ArrayNode errors = JSON.createArrayNode();
                HashMap<String, String> props = new HashMap<>();
                props.put(name, text);
                try {
                    for (ConfigValue value : new ConfigDef().define(key).validate(props)) value.errorMessages().forEach(errors::add);
                } catch (RuntimeException defect) {
                    errors.add(defect.getClass().getSimpleName());
                }
                if (!errors.isEmpty()) wrong.set(String.valueOf(text), errors);
            }
        });
        return out;
    }

    static ConfigDef standaloneConfigDef() throws ReflectiveOperationException {
        Field def = StandaloneConfig.class.getDeclaredField("CONFIG");
        def.setAccessible(true);
        return (ConfigDef) def.get(null);
    }

    /** The first thing wrong with a source's topic.creation keys, as SourceConnectorConfig finds it. */
    static ArrayNode topicCreation() {
        String prefix = "topic.creation.";
        ArrayNode out = JSON.createArrayNode();
        for (Map<String, String> some : List.of(
            Map.of("default.partitions", "1", "default.replication.factor", "-1"),
            Map.of("default.partitions", "1"), Map.of("default.replication.factor", "1"), Map.of("groups", "g"),
            Map.of("default.partitions", "0", "default.replication.factor", "0"),
            Map.of("default.partitions", "-2", "default.replication.factor", "x"),
            Map.of("default.partitions", "1", "default.replication.factor", "1", "groups", "g"),
            Map.of("default.partitions", "1", "default.replication.factor", "1", "groups", "g", "g.include", "("),
            Map.of("default.partitions", "1", "default.replication.factor", "1", "groups", "g,h", "g.include", "a.*,b", "h.include", "c", "h.exclude", "*", "h.partitions", "0", "g.replication.factor", "99999"),
            Map.of("default.partitions", "1", "default.replication.factor", "1", "default.include", "x", "default.exclude", "y"),
            Map.of("default.partitions", "1", "default.replication.factor", "1", "groups", "default"),
            Map.of("default.partitions", "1", "default.replication.factor", "1", "groups", "default,g", "g.include", "")
        )) {
            Map<String, String> props = new TreeMap<>(Map.of("name", "c", "connector.class", "X"));
            some.forEach((key, value) -> props.put(prefix + key, value));
            ObjectNode one = out.addObject();
            one.set("props", JSON.valueToTree(props));
            try {
                ConfigDef base = SourceConnectorConfig.configDef();
                ConfigDef withDefault = SourceConnectorConfig.embedDefaultGroup(base);
                ConfigDef def = SourceConnectorConfig.enrich(withDefault, props, new AbstractConfig(withDefault, props, false));
                props.remove(prefix + "default.include");
                props.remove(prefix + "default.exclude");
                new AbstractConfig(def, props, false);
                one.putNull("error");
            } catch (RuntimeException e) {
                one.put("error", String.valueOf(e));
            }
        }
        return out;
    }

    /** What is wrong with the transforms and predicates of a connector. */
    static ArrayNode transforms() {
        Plugins plugins = new Plugins(Map.of());
        String hoist = "org.apache.kafka.connect.transforms.HoistField$Value";
        String insert = "org.apache.kafka.connect.transforms.InsertField$Value";
        ArrayNode out = JSON.createArrayNode();
        for (String[] some : new String[][] {
            {"transforms", "a", "transforms.a.type", hoist},
            {"transforms", "a", "transforms.a.type", hoist, "transforms.a.field", ""},
            {"transforms", "a", "transforms.a.type", " " + hoist + " ", "transforms.a.field", "x"},
            {"transforms", "a", "transforms.a.type", insert, "transforms.a.replace.null.with.default", "x"},
            {"transforms", "a", "transforms.a.type", "org.apache.kafka.connect.json.JsonConverter"},
            {"transforms", "a", "transforms.a.type", "org.apache.kafka.connect.transforms.HoistField"},
            {"transforms", "a", "transforms.a.type", "HoistField$Value"},
            {"transforms", "a", "transforms.a.type", ""},
            {"transforms", "a,b", "transforms.a.type", hoist, "transforms.b.type", insert, "transforms.b.topic.field", "x"},
            {"transforms", "a,a", "transforms.a.type", hoist},
            {"transforms", "a,", "transforms.a.type", hoist, "transforms.a.field", "x"},
            {"transforms", "a", "transforms.a.type", hoist, "transforms.a.field", "x", "transforms.a.predicate", "p"},
            {"transforms", "a", "transforms.a.type", hoist, "transforms.a.field", "x", "transforms.a.predicate", "p", "transforms.a.negate", "x"},
            {"transforms", "a", "transforms.a.type", hoist, "transforms.a.field", "x", "transforms.a.negate", "x"},
            {"transforms", "a", "transforms.a.type", hoist, "transforms.a.field", "x", "transforms.a.negate", "false"},
            {"transforms", "a", "transforms.a.negate", "true"},
            {"predicates", "p", "predicates.p.type", hoist},
            {"predicates", "p"},
            {"predicates", "p,p", "predicates.p.type", "Nope"},
        }) {
            Map<String, String> props = new TreeMap<>();
            for (int i = 0; i < some.length; i += 2) props.put(some[i], some[i + 1]);
            ObjectNode one = out.addObject();
            one.set("props", JSON.valueToTree(props));
            ObjectNode errors = one.putObject("errors");
            props.putAll(Map.of("name", "c", "connector.class", "X"));
            ConfigDef def = ConnectorConfig.enrich(plugins, SourceConnectorConfig.configDef(), props, false);
            for (ConfigValue value : def.validate(props)) {
                if (!value.errorMessages().isEmpty()) errors.set(value.name(), JSON.valueToTree(value.errorMessages()));
            }
        }
        return out;
    }

    /** How so many elements are divided among so many groups. */
    static ArrayNode groupPartitions() {
        ArrayNode out = JSON.createArrayNode();
        for (int elements = 0; elements <= 9; elements++) {
            for (int groups = -1; groups <= 10; groups++) {
                ObjectNode one = out.addObject().put("elements", elements).put("groups", groups);
                try {
                    List<Integer> all = java.util.stream.IntStream.range(0, elements).boxed().toList();
                    one.set("result", JSON.valueToTree(ConnectorUtils.groupPartitions(all, groups)));
                } catch (IllegalArgumentException e) {
                    one.put("error", e.getMessage());
                }
            }
        }
        return out;
    }

    /** What response.http.headers.config may be. */
    static ObjectNode headerRules() throws ReflectiveOperationException {
        ObjectNode out = JSON.createObjectNode();
        ConfigDef.ConfigKey key = standaloneConfigDef().configKeys().get("response.http.headers.config");
        for (String text : new String[] {
            "set X-A: b", "add X-A: b", "setDate X-A: 1", "addDate X-A: 1", "SET X-A: b", "setdate X: 1", "remove X-A: b", "set X-A b", "set", "set :b", "set X-A:",
            "set X:b, add Y:c", "set X:b,,add Y:c", "set X:b,", ",", "\"set X: b, c\", add Y:d", "\"set X: b", "set X Y: b", "set  X : b", "set X: b: c", " set X: b ",
            "setX: b", "set X-A: b, bad", "\"\"", "set X\t: b",
        }) {
            out.put(text, "");
            try {
                key.validator.ensureValid(key.name, text);
            } catch (ConfigException e) {
                out.put(text, e.getMessage());
            }
        }
        return out;
    }

    /** Which topics a topics.regex matches, or why it is none. */
    static ArrayNode regexes() {
        ArrayNode out = JSON.createArrayNode();
        for (String pattern : new String[] {
            "", "a", "a|b", "a.*", "[ab]+", "[a-z]+", "[\\w.-]+", "[\\w-.]+", "[-a]+", "[a-]+", "[^a]+", "[]a]", "[a\\]]+", "[a[b]]+", "[a-z&&[^b]]+", "[a&b]+", "[&&]", "[a^]+",
            "(a|b)+", "(?:a|b)+", "(?<x>a)\\k<x>b", "(a)\\1b", "(?=a).*", "(?!a).*", "(?<=a)b", ".*(?<!b)", "(?i)a", "(?i:a)", "(?i:topic)", "(?x) a", "(?>a+)b", "a++b", "a*+", "a?+b", "a{1,2}+b",
            "a{2}b", "a{1,}b", "a{,2}b", "a{", "a{x}", "a}", "}", "]", "t-\\d+", "t-\\d{2}", "\\D+", "\\S+", "\\W", "\\Qa\\E", "\\Qa.b\\E", "\\p{Alpha}+", "\\p{L}+", "\\p{Lu}", "\\pL", "\\p{IsLatin}", "\\h", "\\R", "\\X",
            "\\Aa\\z", "^a$", "\\ba\\b", "\\Ba", "a\\-b", "a\\.b", "a\\_b", "\\_", "\\a", "\\e", "\\x61", "\\u0061", "\\x{61}", "\\u{61}", "\\0141", "\\cA", "\\t", "\\y", "\\", "\\\\", "(", ")", "(a", "a)", "((a)", "[", "[a", "[a-", "[z-a]", "[]", "[^]",
            "*", "a**", "a|*", "+", "?", "a??", "a*?b", "a+?", "(*)", "(?", "(?a)", "(?<1>a)", "{1}", "a{2,1}", "a{99999999999}", "\\1", "(a)\\2", "$a", "a$|b", ".", "[.]", "a/b", "#a", "a b", "\\E", "a\\", "[\\d&&[1]]", "[\\Qa\\E]", "[[:alpha:]]", "[a-\\d]", "\\N{LATIN SMALL LETTER A}", "\\v", "\\G.*", "\\Z", "\\/", "[\\/]", "[\\-a]+", "[\\ba]", "\\k<x>",
        }) {
            ObjectNode one = out.addObject().put("regex", pattern);
            try {
                java.util.regex.Pattern compiled = java.util.regex.Pattern.compile(pattern);
                ArrayNode matches = one.putArray("matches");
                TOPICS.stream().filter(topic -> compiled.matcher(topic).matches()).forEach(matches::add);
            } catch (java.util.regex.PatternSyntaxException e) {
                one.put("error", e.getMessage());
            }
        }
        return out;
    }

    /** Whole definitions with dependents and recommenders: one call of validate a case. */
    static ArrayNode definitions() {
        ArrayNode out = JSON.createArrayNode();
        ConfigDef auth = new ConfigDef()
            .define("port", Type.INT, ConfigDef.NO_DEFAULT_VALUE, Range.between(1, 65535), Importance.HIGH, "")
            .define("mode", Type.STRING, "none", ValidString.in("none", "basic"), Importance.HIGH, "", "g", 1, Width.SHORT, "Mode", List.of("user", "password"))
            .define("user", Type.STRING, "nobody", Importance.LOW, "", "g", 2, Width.SHORT, "User", List.of(), new ByMode(List.of("alice", "bob")))
            .define("password", Type.PASSWORD, null, Importance.LOW, "", "g", 3, Width.SHORT, "Password", List.of(), new ByMode(List.of()))
            .define("names", Type.LIST, "x", new NonNull(), Importance.LOW, "");
        for (Map<String, String> props : List.<Map<String, String>>of(
            Map.of(), Map.of("port", "80"), Map.of("port", "0", "mode", "basic", "user", " alice "),
            Map.of("port", "x", "mode", "other", "names", ""), Map.of("port", "99999", "password", "secret", "unknown", "x"),
            nulls("port", "mode", "user", "password", "names"))) {
            out.add(validated("auth", auth, props));
        }
        ConfigDef undefined = new ConfigDef()
            .define("a", Type.STRING, "x", Importance.LOW, "", "g", 1, Width.SHORT, "A", List.of("b", "missing"))
            .define("b", Type.INT, 1, Importance.LOW, "", "g", 2, Width.SHORT, "B", List.of("other"));
        out.add(validated("undefined", undefined, Map.of()));
        out.add(validated("undefined", undefined, Map.of("b", "x")));
        ConfigDef failing = new ConfigDef()
            .define("a", Type.STRING, "x", Importance.LOW, "", "g", 1, Width.SHORT, "A", List.of(), new Failing());
        out.add(validated("failing", failing, Map.of()));
        return out;
    }

    static Map<String, String> nulls(String... keys) {
        Map<String, String> props = new HashMap<>();
        for (String key : keys) props.put(key, null);
        return props;
    }

    static ObjectNode validated(String name, ConfigDef def, Map<String, String> props) {
        ObjectNode one = JSON.createObjectNode().put("definition", name);
        one.set("props", JSON.valueToTree(new TreeMap<>(props)));
        try {
            def.parse(props);
            one.putNull("parseError");
        } catch (ConfigException e) {
            one.put("parseError", e.getMessage());
        }
        ArrayNode values = one.putArray("values");
        Map<String, ConfigValue> byName = new TreeMap<>();
        for (ConfigValue value : def.validate(props)) byName.put(value.name(), value);
        for (ConfigValue value : byName.values()) {
            ObjectNode shown = values.addObject().put("name", value.name());
            shown.set("value", shown(value.value()));
            shown.set("recommendedValues", JSON.valueToTree(value.recommendedValues()));
            shown.set("errorMessages", JSON.valueToTree(value.errorMessages()));
            shown.put("visible", value.visible());
        }
        return one;
    }

    record ByMode(List<Object> names) implements Recommender {
        public List<Object> validValues(String name, Map<String, Object> parsed) {
            return "basic".equals(parsed.get("mode")) ? new ArrayList<>(names) : new ArrayList<>();
        }

        public boolean visible(String name, Map<String, Object> parsed) {
            return "basic".equals(parsed.get("mode"));
        }
    }

    static class Failing implements Recommender {
        public List<Object> validValues(String name, Map<String, Object> parsed) {
            throw new ConfigException(name, parsed.get(name), "nothing to recommend");
        }

        public boolean visible(String name, Map<String, Object> parsed) {
            return false;
        }
    }

    static class NonNull extends ConfigDef.NonNullValidator { }
}
