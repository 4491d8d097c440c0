import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.util.Map;
import java.util.TimeZone;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.header.Headers;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** Reads cases of transforms and predicates, asks the real ones, and writes the same cases with their answers. */
@SuppressWarnings({"unchecked", "rawtypes"})
public class Transforms {
    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        ObjectNode golden = (ObjectNode) JSON.readTree(new File(args[0]));
        for (JsonNode each : golden.get("cases")) {
            try {
                answer((ObjectNode) each);
            } catch (Exception e) {
                throw new IllegalStateException("Cannot ask for " + each, e);
            }
        }
        System.out.write(JSON.writeValueAsBytes(golden));
        System.out.flush();
    }

    static void answer(ObjectNode each) throws Exception {
        each.retain("transform", "predicate", "case", "config", "recordKind", "input");
        String name = each.has("transform") ? each.get("transform").asText() : each.get("predicate").asText();
        Object plugin = Class.forName(name).getDeclaredConstructor().newInstance();
        try {
            ((Configurable) plugin).configure(JSON.convertValue(each.get("config"), Map.class));
        } catch (Exception e) {
            each.set("configError", thrown(e));
            return;
        }
        if (!each.has("input")) each.put("configOk", true);
        else if (plugin instanceof Predicate) test(each, (Predicate) plugin);
        else apply(each, (Transformation) plugin);
    }

    static void test(ObjectNode each, Predicate predicate) throws Exception {
        ConnectRecord record = record(each);
        try {
            each.put("result", predicate.test(record));
        } catch (Exception e) {
            each.set("error", thrown(e));
        }
    }

    static void apply(ObjectNode each, Transformation transformation) throws Exception {
        ConnectRecord record = record(each);
        ConnectRecord changed;
        try {
            changed = transformation.apply(record);
        } catch (Exception e) {
            each.set("error", thrown(e));
            return;
        }
        each.set("output", changed == null ? JSON.nullNode() : written(changed));
        if (changed == record) each.put("sameInstance", true);
    }

    /** What was thrown, without addresses in memory, and what was behind it. */
    static ObjectNode thrown(Exception e) {
        ObjectNode thrown = JSON.createObjectNode().put("exception", e.getClass().getName());
        thrown.put("message", e.getMessage() == null ? null : e.getMessage().replaceAll("@[0-9a-f]+$", "@HASH"));
        if (e.getCause() == null) return thrown;
        return thrown.put("cause", e.getCause().getClass().getName()).put("causeMessage", e.getCause().getMessage());
    }

    static ConnectRecord record(ObjectNode each) throws Exception {
        JsonNode in = each.get("input");
        String topic = in.get("topic").textValue();
        Integer partition = in.get("partition").isNull() ? null : in.get("partition").asInt();
        Long timestamp = in.get("timestamp").isNull() ? null : in.get("timestamp").asLong();
        Schema keySchema = schema(in.at("/key/schema"));
        Schema valueSchema = schema(in.at("/value/schema"));
        Object key = Converters.value(in.at("/key/tagged"), keySchema);
        Object value = Converters.value(in.at("/value/tagged"), valueSchema);
        Headers headers = new ConnectHeaders();
        for (JsonNode header : in.get("headers")) {
            Schema schema = schema(header.get("schema"));
            headers.add(header.get("name").asText(), Converters.value(header.get("tagged"), schema), schema);
        }
        if (each.path("recordKind").asText().equals("sink")) {
            return new SinkRecord(topic, partition, keySchema, key, valueSchema, value, 99, timestamp,
                TimestampType.CREATE_TIME, headers);
        }
        return new SourceRecord(Map.of("p", "x"), Map.of("o", 1), topic, partition, keySchema, key, valueSchema, value,
            timestamp, headers);
    }

    static ObjectNode written(ConnectRecord record) throws Exception {
        ObjectNode written = JSON.createObjectNode().put("topic", record.topic())
            .put("partition", record.kafkaPartition()).put("timestamp", record.timestamp());
        written.set("key", datum(record.keySchema(), record.key()));
        written.set("value", datum(record.valueSchema(), record.value()));
        ArrayNode headers = written.putArray("headers");
        for (Header header : record.headers()) {
            headers.addObject().put("name", header.key()).setAll(datum(header.schema(), header.value()));
        }
        return written;
    }

    /** A schema that was written as JsonConverter writes it. */
    static Schema schema(JsonNode node) throws Exception {
        if (node.isNull()) return null;
        ObjectNode envelope = JSON.createObjectNode();
        envelope.set("schema", ((ObjectNode) node.deepCopy()).put("optional", true));
        envelope.putNull("payload");
        Schema schema = Converters.json(Map.of()).toConnectData("t", JSON.writeValueAsBytes(envelope)).schema();
        return with(schema, node.get("optional").asBoolean());
    }

    static Schema with(Schema schema, boolean isOptional) {
        boolean isMap = schema.type() == Schema.Type.MAP;
        return new ConnectSchema(schema.type(), isOptional, schema.defaultValue(), schema.name(), schema.version(),
            schema.doc(), schema.parameters(), schema.type() == Schema.Type.STRUCT ? schema.fields() : null,
            isMap ? schema.keySchema() : null,
            isMap || schema.type() == Schema.Type.ARRAY ? schema.valueSchema() : null);
    }

    /** A key, a value or a header's as JsonConverter writes it, and exactly. */
    static ObjectNode datum(Schema schema, Object value) throws Exception {
        ObjectNode datum = JSON.createObjectNode();
        datum.set("schema", schema == null ? null : json(schema));
        try {
            byte[] text = Converters.json(Map.of("schemas.enable", "false")).fromConnectData("t", schema, value);
            datum.set("payload", text == null ? JSON.nullNode() : JSON.readTree(text));
        } catch (Exception e) {
            datum.put("payloadError", e.getMessage());
        }
        datum.set("tagged", Converters.tag(value));
        return datum;
    }

    static JsonNode json(Schema schema) throws Exception {
        byte[] envelope = Converters.json(Map.of()).fromConnectData("t", with(schema, true), null);
        return ((ObjectNode) JSON.readTree(envelope).get("schema")).put("optional", schema.isOptional());
    }
}
