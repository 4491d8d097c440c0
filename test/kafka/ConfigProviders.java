import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.storage.FileOffsetBackingStore;
import org.apache.kafka.connect.storage.OffsetBackingStore;

/**
 * Prints what a standalone worker's config providers make of its own properties and of a connector's:
 * what a real Worker's transformer gives, or what it throws. ${DIR} stands for the folder of the files.
 */
public class ConfigProviders {
    static {
        // What is logged would stand among what is printed.
        System.setProperty("log4j2.level", "OFF");
    }

    static final ObjectMapper JSON = new ObjectMapper();
    static final String PACKAGE = "org.apache.kafka.common.config.provider.";
    static final String FILE = PACKAGE + "FileConfigProvider";
    static final String DIRECTORY = PACKAGE + "DirectoryConfigProvider";
    static final String ENV = PACKAGE + "EnvVarConfigProvider";

    static final Map<String, String> CONTENT = new LinkedHashMap<>();
    static {
        CONTENT.put("a.properties", "user=me\npassword=s3cret\nempty=\nspaced =  x y \nuni=\\u00e9\nlatin=\u00c3\u00a9\nnested=${env:PROV_ONE}\n"
            + "with:colon=c\nwith\\:colon=d\na.b-c_d=dots\nlong=one \\\n  two\nself=${file:${DIR}/a.properties:user}\ndollar=$1\\\\2\n");
        CONTENT.put("broken.properties", "a=\\u12\n");
        CONTENT.put("secrets/password", "dir secret\n");
        CONTENT.put("secrets/empty", "");
        CONTENT.put("secrets/bytes", "\u00c3\u00a9\u00ff");
        CONTENT.put("secrets/.hidden", "hidden");
        CONTENT.put("secrets/sub/inner", "inner");
        CONTENT.put("secrets/crlf", "a\r\nb\r\n");
        CONTENT.put("other/file.properties", "k=other\n");
        CONTENT.put("secrets2/x.properties", "k=two\n");
    }
    static Path dir;
    static Plugins plugins;
    static OffsetBackingStore offsets;
    static final ArrayNode CASES = JSON.createArrayNode();

    public static void main(String[] args) throws Exception {
        // Scanning the class path takes a second.
        plugins = new Plugins(Map.of());
        plugins.compareAndSwapWithDelegatingLoader();
        offsets = new FileOffsetBackingStore(plugins.newInternalConverter(true, "org.apache.kafka.connect.json.JsonConverter", Map.of("schemas.enable", "false")));
        dir = Files.createTempDirectory("providers").toRealPath();
        for (Map.Entry<String, String> file : CONTENT.entrySet()) {
            Path path = dir.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, at(file.getValue()).getBytes(StandardCharsets.ISO_8859_1));
        }
        Files.createSymbolicLink(dir.resolve("secrets/link"), dir.resolve("secrets/password"));
        Files.createSymbolicLink(dir.resolve("secrets/out"), dir.resolve("other/file.properties"));
        Files.createSymbolicLink(dir.resolve("secrets/gone"), dir.resolve("nowhere"));
        Files.createSymbolicLink(dir.resolve("linked"), dir.resolve("other"));
        providers();
        variables();
        reload();
        worker();
        ObjectNode all = JSON.createObjectNode();
        all.set("files", JSON.valueToTree(CONTENT));
        all.set("links", JSON.valueToTree(new TreeMap<>(Map.of("secrets/link", "secrets/password",
            "secrets/out", "other/file.properties", "secrets/gone", "nowhere", "linked", "other"))));
        all.set("cases", CASES);
        System.out.println(JSON.writeValueAsString(all).replace("},{\"name\"", "},\n{\"name\""));
        System.exit(0);
    }

    /** How providers are named and configured. */
    static void providers() {
        String file = "${f:${DIR}/a.properties:user}";
        test("none", Map.of(), Map.of("a", file));
        test("an empty list", Map.of("config.providers", ""), Map.of("a", file));
        test("one without a class", Map.of("config.providers", "f"), Map.of("a", file, "b", "plain"));
        test("one without a class, nothing to resolve", Map.of("config.providers", "f"), Map.of("b", "plain"));
        test("a class that there is not", Map.of("config.providers", "f", "config.providers.f.class", "com.example.Nope"), Map.of("a", file));
        test("an empty class", Map.of("config.providers", "f", "config.providers.f.class", ""), Map.of("a", file));
        test("a class that is no provider", Map.of("config.providers", "f", "config.providers.f.class", "org.apache.kafka.connect.storage.StringConverter"), Map.of("a", file));
        test("a simple class name", Map.of("config.providers", "f", "config.providers.f.class", "FileConfigProvider"), Map.of("a", file));
        test("an alias", Map.of("config.providers", "f", "config.providers.f.class", "File"), Map.of("a", file));
        test("blanks around a class", Map.of("config.providers", "f", "config.providers.f.class", " " + FILE + " "), Map.of("a", file));
        test("blanks in the list", Map.of("config.providers", "f, g", "config.providers.f.class", FILE, "config.providers.g.class", ENV), Map.of("a", file, "b", "${g:PROV_ONE}", "c", "${ g:PROV_ONE}"));
        test("one twice", Map.of("config.providers", "f,f", "config.providers.f.class", FILE), Map.of("a", file));
        test("an empty name in the list", Map.of("config.providers", "f,,g", "config.providers.f.class", FILE, "config.providers.g.class", ENV), Map.of("a", file));
        test("a class that no list names", Map.of("config.providers.f.class", FILE), Map.of("a", file));
        test("a parameter that there is not", with(FILE, "nope", "1"), Map.of("a", file));
        test("a name with a dot", Map.of("config.providers", "f.g", "config.providers.f.g.class", FILE), Map.of("a", "${f.g:${DIR}/a.properties:user}"));
        for (String paths : new String[] {"${DIR}", "${DIR}/", "${DIR}/secrets", "${DIR}/secrets,${DIR}/other", "${DIR}/other , ${DIR}", "", " ", ",", "relative", "./x", "/nowhere", "${DIR}/a.properties",
            "${DIR}/other/..", "${DIR}/secrets/../other", "${DIR}/linked", "${DIR}/nowhere", "${DIR},/nowhere", "/"}) {
            for (String path : new String[] {"a.properties", "secrets/password", "other/file.properties", "secrets2/x.properties", "other/../a.properties", "secrets/out", "linked/file.properties", "secrets/../other/file.properties", "./a.properties"}) {
                test("file, allowed.paths=" + paths, with(FILE, "allowed.paths", paths), Map.of("a", "${f:${DIR}/" + path + ":k}"));
            }
            for (String path : new String[] {"secrets", "secrets/", "other", ".", "secrets/sub", "linked", "secrets/../other"}) {
                String key = path.contains("other") || path.equals("linked") ? "file.properties" : "password";
                test("directory, allowed.paths=" + paths, with(DIRECTORY, "allowed.paths", paths), Map.of("a", "${f:${DIR}/" + path + ":" + key + "}"));
            }
        }
        for (String pattern : new String[] {"PROV_.*", "PROV_ONE", "PROV", "", ".*", "prov_.*", "(?i)prov_.*", "(", "OTHER_THREE|PROV_TWO", "^PROV_ONE$"}) {
            test("env, allowlist.pattern=" + pattern, with(ENV, "allowlist.pattern", pattern),
                Map.of("a", "${f:PROV_ONE}", "b", "${f:OTHER_THREE}", "c", "${f:PROV_TWO}", "d", "${f:PROV_EMPTY}", "e", "${f:NO_SUCH}"));
        }
    }

    /** What stands in a value. */
    static void variables() {
        for (String key : new String[] {"user", "password", "empty", "spaced", "uni", "latin", "nested", "with", "with:colon", "colon", "a.b-c_d", "long", "self", "dollar", "nope", "", " user", "user "}) {
            all("${f:${DIR}/a.properties:" + key + "}");
        }
        for (String path : new String[] {"${DIR}/nope.properties", "${DIR}/broken.properties", "${DIR}/secrets", "${DIR}", "", "relative.properties", " ${DIR}/a.properties", "${DIR}/a.properties ", "${DIR}//a.properties", "${DIR}/secrets/gone", "${DIR}/a.properties/x"}) {
            all("${f:" + path + ":user}");
            all("${d:" + path + ":user}");
        }
        for (String key : new String[] {"password", "empty", "bytes", ".hidden", "sub", "sub/inner", "link", "out", "gone", "crlf", "nope", "", "../a.properties", "./password", "..", "."}) {
            all("${d:${DIR}/secrets:" + key + "}");
        }
        all("${d:password}"); all("${d:${DIR}/secrets/password}"); all("${f:${DIR}/a.properties}"); all("${f:user}");
        for (String name : new String[] {"PROV_ONE", "PROV_TWO", "PROV_EMPTY", "NO_SUCH", "PROV_VAR", "", " PROV_ONE", "prov_one"}) all("${e:" + name + "}");
        all("${e::PROV_ONE}"); all("${e:path:PROV_ONE}"); all("${e: :PROV_ONE}"); all("${e:a:b:PROV_ONE}"); all("${e:path:NO_SUCH}");
        for (String text : new String[] {"", " ", "plain", "$", "${", "${}", "${:}", "${::}", "${e}", "${e:}", "${e::}", "$e:PROV_ONE", "{e:PROV_ONE}", "${e:PROV_ONE", "$${e:PROV_ONE}",
            "${e:PROV_ONE}}", "x${e:PROV_ONE}y${e:PROV_TWO}z", "${e:PROV_ONE}${e:PROV_ONE}", "${e:${e:PROV_ONE}}", "${nope:PROV_ONE}", "${nope:a:b} and ${e:PROV_ONE}", "\\${e:PROV_ONE}", "${e:PROV_ONE}\n${e:PROV_TWO}",
            "${e:PROV\n_ONE}", "${E:PROV_ONE}", "${ e:PROV_ONE}", "${e :PROV_ONE}", "${secretField}", "${topic}-${e:PROV_ONE}", "${e:PROV_ONE} ${e:NO_SUCH}", "${f:${DIR}/a.properties:user}:${f:${DIR}/a.properties:password}",
            "${f:${DIR}/a.properties:user}${d:${DIR}/secrets:password}${e:PROV_ONE}", "${f:a}b:c}", "${f:a:b:c}", "${f:C:\\x:y}", "${e:PROV_ONE:x}", "#{e:PROV_ONE}", "${e:PROV_ONE}$1\\2", "${d:${DIR}/secrets:password}$&"}) all(text);
        test("several keys", three(), new TreeMap<>(Map.of("a", "${e:PROV_ONE}", "b", "${f:${DIR}/a.properties:user}", "c", "plain", "d", "${f:${DIR}/a.properties:nope}", "${e:PROV_ONE}", "key")));
        test("one of several fails", three(), new TreeMap<>(Map.of("a", "${e:PROV_ONE}", "b", "${f:${DIR}/nope:user}")));
    }

    static void reload() {
        for (String action : new String[] {"restart", "none"}) {
            test("reload " + action, three(), Map.of("config.action.reload", action, "a", "${e:PROV_ONE}"));
        }
    }

    /** Variables in the worker's own properties. */
    static void worker() {
        Map<String, String> more = new HashMap<>(three());
        more.put("offset.flush.interval.ms", "${e:NO_SUCH}");
        test("worker: a number that is not resolved", more, Map.of());
        for (String[] entry : new String[][] {{"offset.flush.interval.ms", "${e:PROV_ONE}"}, {"rest.advertised.host.name", "${e:PROV_ONE}"}, {"producer.client.id", "x-${e:PROV_TWO}"}, {"unknown.key", "${f:${DIR}/a.properties:password}"},
            {"value.converter", "${e:PROV_ONE}"}, {"rest.advertised.host.name", "${f:${DIR}/nope:user}"}, {"rest.advertised.host.name", "${nope:user}"}, {"rest.advertised.host.name", "${f:${DIR}/a.properties:nope}"},
            {"config.providers.d.param.allowed.paths", "${f:${DIR}/a.properties:user}"}, {"config.providers.d.class", "${e:PROV_ONE}"}, {"rest.advertised.host.name", "${e:PROV_VAR}"}, {"offset.storage.file.filename", "${e:PROV_TWO}"}}) {
            more = new HashMap<>(three());
            more.put(entry[0], entry[1]);
            test("worker: " + entry[0] + "=" + entry[1], more, Map.of());
        }
        more = new HashMap<>(Map.of("config.providers", "${e:PROV_ONE},e", "config.providers.e.class", ENV, "config.providers.one.class", FILE, "rest.advertised.host.name", "${e:PROV_ONE}"));
        test("worker: a variable in the list", more, Map.of("a", "${one:${DIR}/a.properties:user}"));
        test("worker: blanks in the list", new HashMap<>(Map.of("config.providers", "f, e", "config.providers.e.class", ENV, "config.providers.f.class", FILE, "rest.advertised.host.name", "${e:PROV_ONE}")), Map.of("a", "${e:PROV_ONE}"));
        for (String name : new String[] {"com.example.Nope", "File", "FileConfigProvider", "org.apache.kafka.connect.storage.StringConverter", "", " " + ENV}) {
            test("worker: class " + name, Map.of("config.providers", "e", "config.providers.e.class", name, "rest.advertised.host.name", "${e:PROV_ONE}"), Map.of());
        }
        test("worker: no class", Map.of("config.providers", "e", "rest.advertised.host.name", "${e:PROV_ONE}"), Map.of("a", "b"));
        test("worker: a bad pattern", Map.of("config.providers", "e", "config.providers.e.class", ENV, "config.providers.e.param.allowlist.pattern", "("), Map.of());
        test("worker: a path not allowed", Map.of("config.providers", "f", "config.providers.f.class", FILE, "config.providers.f.param.allowed.paths", "${DIR}/other", "rest.advertised.host.name", "${f:${DIR}/a.properties:user}"), Map.of());
    }

    static Map<String, String> with(String provider, String parameter, String value) {
        return Map.of("config.providers", "f", "config.providers.f.class", provider, "config.providers.f.param." + parameter, value);
    }

    static Map<String, String> three() {
        return Map.of("config.providers", "f,d,e", "config.providers.f.class", FILE, "config.providers.d.class", DIRECTORY, "config.providers.e.class", ENV);
    }

    static void all(String text) {
        test(text, three(), Map.of("a", text));
    }

    static void test(String name, Map<String, String> worker, Map<String, String> connector) {
        ObjectNode node = CASES.addObject();
        node.put("name", name);
        node.set("worker", JSON.valueToTree(new TreeMap<>(worker)));
        node.set("connector", JSON.valueToTree(new TreeMap<>(connector)));
        Map<String, String> props = new HashMap<>();
        props.put("bootstrap.servers", "localhost:9092");
        props.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        props.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
        props.put("offset.storage.file.filename", "offsets");
        worker.forEach((key, value) -> props.put(key, at(value)));
        StandaloneConfig config;
        Worker made;
        try {
            config = new StandaloneConfig(props) {
                @Override
                public String kafkaClusterId() {
                    return "cluster";
                }
            };
            made = new Worker("worker", Time.SYSTEM, plugins, config, offsets, new AllConnectorClientConfigOverridePolicy());
        } catch (Throwable error) {
            node.put("workerError", said(error));
            return;
        }
        Map<String, String> resolved = new TreeMap<>();
        worker.keySet().forEach(key -> resolved.put(key, back(config.originalsStrings().get(key))));
        if (name.startsWith("worker")) node.set("resolvedWorker", JSON.valueToTree(resolved));
        Map<String, String> configs = new TreeMap<>();
        connector.forEach((key, value) -> configs.put(key, at(value)));
        try {
            Map<String, String> result = new TreeMap<>();
            made.configTransformer().transform(name.startsWith("reload") ? "connector" : null, configs).forEach((key, value) -> result.put(key, back(value)));
            node.set("resolved", JSON.valueToTree(result));
        } catch (Throwable error) {
            node.put("error", said(error));
        }
    }

    static String said(Throwable error) {
        return back(error.getClass().getName() + ": " + error.getMessage());
    }

    static String at(String text) {
        return text.replace("${DIR}", dir.toString());
    }

    static String back(String text) {
        return text == null ? null : text.replace(dir.toString(), "${DIR}");
    }
}
