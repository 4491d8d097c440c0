import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.connect.cli.ConnectStandalone;
import org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest;

/** Prints what ConnectStandalone reads from connector files of all kinds. */
public class ConnectorFiles {
    static final String[] FILES = {
        "{\"name\": \"c\", \"connector.class\": \"X\"}",
        "{\"name\": \"c\", \"config\": {\"connector.class\": \"X\"}}",
        "{\"name\": \"c\", \"config\": {\"name\": \"c\", \"connector.class\": \"X\"}}",
        "{\"name\": \"c\", \"config\": {\"name\": \"d\", \"connector.class\": \"X\"}}",
        "{\"name\": \"c\", \"config\": {\"name\": null}}",
        "{\"name\": \"c\", \"config\": {\"a\": 1, \"b\": true, \"c\": 1.50, \"d\": 1e3, \"e\": 12345678901234567890}}",
        "{\"name\": \"c\", \"a\": 1, \"b\": true, \"c\": 1.50, \"d\": 1e3, \"e\": 12345678901234567890, \"f\": -0}",
        "{\"name\": \"c\", \"a\": null}",
        "{\"name\": \"c\", \"config\": {\"a\": null}}",
        "{\"name\": \"c\", \"config\": \"text\"}",
        "{\"name\": \"c\", \"config\": null}",
        "{\"name\": \"c\", \"config\": []}",
        "{\"name\": \"c\", \"config\": {}}",
        "{\"name\": \"c\"}",
        "{\"name\": null, \"config\": {\"a\": \"b\"}}",
        "{\"name\": null, \"a\": \"b\"}",
        "{\"name\": \"\", \"a\": \"b\"}",
        "{\"name\": 5, \"config\": {\"a\": \"b\"}}",
        "{\"config\": {\"a\": \"b\"}}",
        "{\"config\": {\"name\": \"c\", \"a\": \"b\"}}",
        "{\"a\": \"b\"}",
        "{}",
        "[]",
        "[{\"name\": \"c\"}]",
        "\"text\"",
        "5",
        "null",
        "{\"name\": \"c\", \"a\": {\"b\": \"c\"}}",
        "{\"name\": \"c\", \"a\": [\"b\"]}",
        "{\"name\": \"c\", \"config\": {\"a\": {\"b\": \"c\"}}}",
        "{\"name\": \"c\", \"config\": {\"a\": [\"b\"]}}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"initial_state\": \"STOPPED\"}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"initial_state\": \"paused\"}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"initial_state\": \"RUNNING\"}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"initial_state\": \"nope\"}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"initial_state\": null}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"initial_state\": 1}",
        "{\"name\": \"c\", \"a\": \"b\", \"initial_state\": \"STOPPED\"}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"other\": 1}",
        "{\"name\": \"c\", \"config\": {\"a\": \"b\"}, \"tasks\": [], \"type\": \"source\"}",
        "{\"name\": \"c\", \"a\": \"1\", \"a\": \"2\"}",
        "{\"name\": \"c\", \"a\": \"\\u00e9\u20ac\"}",
        "\ufeff{\"name\": \"c\", \"a\": \"b\"}",
        "{\"name\": \"c\", \"a\": \"b\"} trailing",
        "{\"name\": \"c\", \"a\": \"b\"",
        "{\"name\": \"c\", \"a\": \"b\",}",
        "{'name': 'c'}",
        "{name: \"c\"}",
        "// comment\n{\"name\": \"c\"}",
        "name=c\na=b",
        "name=c\na=\u00e9",
        "a=b",
        "name=",
        "",
        "{\"__proto__\": \"a\", \"name\": \"c\"}",
    };

    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
        Method parse = ConnectStandalone.class
            .getDeclaredMethod("parseConnectorConfigurationFile", String.class);
        parse.setAccessible(true);
        Path path = Files.createTempFile("connector", ".json");
        ConnectStandalone standalone = new ConnectStandalone();
        ArrayNode cases = json.createArrayNode();
        for (String file : FILES) {
            Files.write(path, file.getBytes(StandardCharsets.UTF_8));
            ObjectNode one = cases.addObject().put("file", file);
            try {
                CreateConnectorRequest read = (CreateConnectorRequest) parse.invoke(standalone, path.toString());
                one.put("name", read.name());
                one.set("config", json.valueToTree(read.config()));
                one.put("initialState", read.initialState() == null ? null : read.initialState().name());
            } catch (InvocationTargetException e) {
                one.put("error", String.valueOf(e.getCause()).replace(path.toString(), "FILE"));
            }
        }
        Files.delete(path);
        System.out.println(cases);
    }
}
