import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.connect.cli.ConnectStandalone;

/**
 * Runs a standalone worker until the last file named has as many lines as the number before it says, and a while
 * longer, and prints what it tells over JMX: each attribute of kafka.connect with the class of its value.
 */
public class ConnectMetrics {
    public static void main(String[] args) throws Exception {
        int lines = Integer.parseInt(args[0]);
        Path out = Path.of(args[1]);
        String[] files = java.util.Arrays.copyOfRange(args, 2, args.length);
        Thread worker = new Thread(() -> ConnectStandalone.main(files));
        worker.setDaemon(true);
        worker.start();
        while (!Files.exists(out) || Files.readAllLines(out).size() < lines) Thread.sleep(100);
        // Offsets are committed meanwhile.
        Thread.sleep(2000);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Map<String, ObjectName> names = new TreeMap<>();
        for (ObjectName name : server.queryNames(new ObjectName("kafka.connect:*"), null)) {
            names.put(name.toString(), name);
        }
        ObjectMapper json = new ObjectMapper();
        ArrayNode all = json.createArrayNode();
        for (ObjectName name : names.values()) {
            ObjectNode bean = all.addObject();
            bean.put("type", name.getKeyProperty("type"));
            ObjectNode tags = bean.putObject("tags");
            for (Map.Entry<String, String> tag : new TreeMap<>(name.getKeyPropertyList()).entrySet()) {
                if (!tag.getKey().equals("type")) tags.put(tag.getKey(), tag.getValue());
            }
            ObjectNode attributes = bean.putObject("attributes");
            Map<String, Object> values = new TreeMap<>();
            for (MBeanAttributeInfo info : server.getMBeanInfo(name).getAttributes()) {
                values.put(info.getName(), server.getAttribute(name, info.getName()));
            }
            for (Map.Entry<String, Object> value : values.entrySet()) {
                ObjectNode attribute = attributes.putObject(value.getKey());
                Object told = value.getValue();
                attribute.put("class", told == null ? null : told.getClass().getSimpleName());
                attribute.put("value", String.valueOf(told));
            }
        }
        System.out.println(json.writeValueAsString(all));
        System.exit(0);
    }
}
