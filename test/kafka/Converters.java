import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;

/** Reads golden data of converters, asks the real ones again, and writes the same with their answers. */
public class Converters {
    static final ObjectMapper JSON = new ObjectMapper();

    interface Action {
        void run(ObjectNode answer) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        ObjectNode golden = (ObjectNode) JSON.readTree(new File(args[0]));
        for (JsonNode each : golden.get("fromConnectData")) writeJson((ObjectNode) each);
        for (JsonNode each : golden.get("toConnectData")) readJson((ObjectNode) each);
        for (JsonNode each : golden.get("schemaContent")) schemaContent((ObjectNode) each);
        for (JsonNode each : golden.get("otherConverters")) other((ObjectNode) each);
        for (JsonNode each : golden.get("toConnectHeader")) readHeader((ObjectNode) each);
        for (JsonNode each : golden.get("fromConnectHeader")) writeHeader((ObjectNode) each);
        JSON.writeValue(System.out, golden);
    }

    /** What an action answers, or throws. */
    static ObjectNode answer(Action action) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            action.run(answer);
        } catch (Exception e) {
            answer.removeAll().put("exception", e.getClass().getName());
            if (e.getMessage() != null) answer.put("message", e.getMessage().replaceAll("@[0-9a-f]+$", "@HASH"));
            if (e.getCause() != null) {
                answer.put("cause", e.getCause().getClass().getName()).put("causeMessage", e.getCause().getMessage());
            }
        }
        return answer;
    }

    static void replace(ObjectNode node, ObjectNode answer, String... kept) {
        node.retain(kept);
        node.setAll(answer);
    }

    static Map<String, String> props(String variant) {
        Map<String, String> props = new HashMap<>();
        for (String pair : variant.split(",")) {
            String[] parts = pair.split("=");
            String key = parts[0].equals("schemas") ? "schemas.enable" : parts[0].equals("decimal") ? "decimal.format" : parts[0];
            props.put(key, parts[1]);
        }
        return props;
    }

    static Converter json(Map<String, String> props) {
        JsonConverter converter = new JsonConverter();
        converter.configure(props, false);
        return converter;
    }

    static List<String> variants(ObjectNode each) {
        List<String> names = new ArrayList<>();
        each.fieldNames().forEachRemaining(name -> {
            if (name.startsWith("schemas=")) names.add(name);
        });
        return names;
    }

    static void putText(ObjectNode answer, byte[] bytes) {
        answer.put("utf8", bytes == null ? null : new String(bytes, StandardCharsets.UTF_8));
    }

    static void put(ObjectNode answer, SchemaAndValue read) {
        answer.set("schema", schemaNode(read.schema()));
        answer.set("value", tag(read.value()));
    }

    static void writeJson(ObjectNode each) {
        Schema schema = schema(each.get("schema"));
        // What is no value of Connect, or has lost its lone surrogate, cannot be made of its recording.
        String name = each.get("name").asText();
        if (name.equals("schemaless object") || each.at("/value/v").asText().contains("lone ?")) return;
        Object value = name.endsWith("with position 2")
            ? ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}).position(2) : value(each.get("value"), schema);
        for (String variant : variants(each)) {
            each.set(variant, answer(a -> putText(a, json(props(variant)).fromConnectData("t", schema, value))));
        }
        if (!each.has("roundTrip(schemas=true)")) return;
        byte[] text = each.at("/schemas=true/utf8").asText().getBytes(StandardCharsets.UTF_8);
        each.set("roundTrip(schemas=true)", answer(a -> put(a, json(Map.of()).toConnectData("t", text))));
    }

    static byte[] input(JsonNode each) {
        if (each.has("inputBase64")) return Base64.getDecoder().decode(each.get("inputBase64").asText());
        return each.get("input").isNull() ? null : each.get("input").asText().getBytes(StandardCharsets.UTF_8);
    }

    static void readJson(ObjectNode each) {
        byte[] bytes = input(each);
        for (String variant : variants(each)) {
            each.set(variant, answer(a -> put(a, json(props(variant)).toConnectData("t", bytes))));
        }
    }

    static void schemaContent(ObjectNode each) {
        Map<String, String> props = Map.of("schema.content", each.get("schema.content").asText());
        ObjectNode made = answer(a -> json(props));
        if (made.has("exception")) {
            replace(each, made, "schema.content");
            return;
        }
        for (JsonNode read : each.get("toConnectData")) {
            replace((ObjectNode) read, answer(a -> put(a, json(props).toConnectData("t", input(read)))), "input");
        }
        each.set("fromConnectData int32 5",
            answer(a -> putText(a, json(props).fromConnectData("t", Schema.INT32_SCHEMA, 5))));
    }

    static Converter make(String name, Map<String, String> props) throws Exception {
        String full = switch (name) {
            case "StringConverter" -> "org.apache.kafka.connect.storage.StringConverter";
            case "JsonConverter" -> "org.apache.kafka.connect.json.JsonConverter";
            default -> name;
        };
        Converter converter = (Converter) Class.forName(full).getDeclaredConstructor().newInstance();
        converter.configure(props, false);
        return converter;
    }

    static void other(ObjectNode each) throws Exception {
        String[] title = each.get("converter").asText().split(" with ");
        if (title.length == 2) {
            String[] setting = title[1].split("=");
            ObjectNode made = answer(a -> make(title[0], Map.of(setting[0], setting[1])));
            if (made.has("exception")) {
                replace(each, made, "converter");
                return;
            }
            Converter converter = make(title[0], Map.of(setting[0], setting[1]));
            for (Iterator<Map.Entry<String, JsonNode>> entries = each.fields(); entries.hasNext();) {
                Map.Entry<String, JsonNode> entry = entries.next();
                if (entry.getKey().startsWith("fromConnectData of ")) {
                    String text = entry.getKey().split(" of ")[1].split(",")[0];
                    byte[] bytes = converter.fromConnectData("t", null, text);
                    entry.setValue(JSON.getNodeFactory().textNode(Base64.getEncoder().encodeToString(bytes)));
                } else if (entry.getKey().startsWith("toConnectData of hex ")) {
                    byte[] bytes = HexFormat.of().parseHex(entry.getKey().split(" hex ")[1]);
                    entry.setValue(tag(converter.toConnectData("t", bytes).value()));
                }
            }
            return;
        }
        Converter converter = make(title[0], Map.of());
        for (JsonNode written : each.get("fromConnectData")) {
            // The text of bytes is an address.
            boolean isAddress = written.at("/value/t").asText().equals("bytes") && title[0].endsWith("StringConverter");
            if (isAddress) continue;
            Schema schema = schema(written.get("schema"));
            replace((ObjectNode) written, answer(a -> {
                byte[] bytes = converter.fromConnectData("t", schema, value(written.get("value"), schema));
                a.put("base64", bytes == null ? null : Base64.getEncoder().encodeToString(bytes));
            }), "schema", "value");
        }
        for (JsonNode read : each.get("toConnectData")) {
            byte[] bytes = read.get("hex").isNull() ? null : HexFormat.of().parseHex(read.get("hex").asText());
            replace((ObjectNode) read, answer(a -> put(a, converter.toConnectData("t", bytes))), "hex");
        }
    }

    static void readHeader(ObjectNode each) {
        SimpleHeaderConverter converter = new SimpleHeaderConverter();
        // What answers null fails whoever asks; the message is that of who asked then.
        if (each.path("exception").asText().equals("java.lang.NullPointerException")) {
            if (converter.toConnectHeader("t", "h", input(each)) != null) each.put("exception", "none");
            return;
        }
        ObjectNode read = answer(a -> put(a, converter.toConnectHeader("t", "h", input(each))));
        replace(each, read, "input", "inputBase64");
    }

    static void writeHeader(ObjectNode each) {
        Schema schema = schema(each.get("schema"));
        replace(each, answer(a -> putText(a, new SimpleHeaderConverter()
            .fromConnectHeader("t", "h", schema, value(each.get("value"), schema)))), "schema", "value");
    }

    static Schema schema(JsonNode node) {
        if (node == null || node.isNull()) return null;
        Schema.Type type = Schema.Type.valueOf(node.get("type").asText().toUpperCase());
        SchemaBuilder builder = switch (type) {
            case ARRAY -> SchemaBuilder.array(schema(node.get("values")));
            case MAP -> SchemaBuilder.map(schema(node.get("keys")), schema(node.get("values")));
            default -> SchemaBuilder.type(type);
        };
        if (node.get("optional").asBoolean()) builder.optional();
        if (node.has("name")) builder.name(node.get("name").asText());
        if (node.has("version")) builder.version(node.get("version").asInt());
        if (node.has("doc")) builder.doc(node.get("doc").asText());
        node.path("parameters").fields().forEachRemaining(e -> builder.parameter(e.getKey(), e.getValue().asText()));
        for (JsonNode field : node.path("fields")) builder.field(field.get("field").asText(), schema(field.get("schema")));
        if (node.has("default")) builder.defaultValue(value(node.get("default"), builder.build()));
        return builder.build();
    }

    static JsonNode schemaNode(Schema schema) {
        if (schema == null) return JSON.nullNode();
        ObjectNode node = JSON.createObjectNode();
        node.put("type", schema.type().getName()).put("optional", schema.isOptional());
        if (schema.name() != null) node.put("name", schema.name());
        if (schema.version() != null) node.put("version", schema.version());
        if (schema.doc() != null) node.put("doc", schema.doc());
        if (schema.parameters() != null) node.set("parameters", JSON.valueToTree(schema.parameters()));
        if (schema.defaultValue() != null) node.set("default", tag(schema.defaultValue()));
        if (schema.type() == Schema.Type.MAP) node.set("keys", schemaNode(schema.keySchema()));
        if (schema.type() == Schema.Type.MAP || schema.type() == Schema.Type.ARRAY) {
            node.set("values", schemaNode(schema.valueSchema()));
        }
        if (schema.type() != Schema.Type.STRUCT) return node;
        ArrayNode fields = node.putArray("fields");
        for (Field field : schema.fields()) {
            fields.addObject().put("field", field.name()).set("schema", schemaNode(field.schema()));
        }
        return node;
    }

    static Object value(JsonNode tagged, Schema schema) {
        JsonNode v = tagged.get("v");
        switch (tagged.get("t").asText()) {
            case "null": return null;
            case "int8": return (byte) v.asInt();
            case "int16": return (short) v.asInt();
            case "int32": return v.asInt();
            case "int64": return Long.parseLong(v.asText());
            case "float32": return Float.parseFloat(v.asText());
            case "float64": return Double.parseDouble(v.asText());
            case "boolean": return v.asBoolean();
            case "string": return v.asText();
            case "bytes": {
                byte[] bytes = Base64.getDecoder().decode(v.asText());
                return tagged.has("java") ? ByteBuffer.wrap(bytes) : bytes;
            }
            case "decimal":
                return new BigDecimal(new BigInteger(tagged.get("unscaled").asText()), tagged.get("scale").asInt());
            case "bigint": return new BigInteger(v.asText());
            case "date": return new java.util.Date(v.asLong());
            case "java:java.lang.Character": return v.asText().charAt(0);
            case "java:java.util.concurrent.atomic.AtomicInteger":
                return new java.util.concurrent.atomic.AtomicInteger(v.asInt());
            case "list": {
                List<Object> list = new ArrayList<>();
                for (JsonNode item : v) list.add(value(item, isA(schema, Schema.Type.ARRAY) ? schema.valueSchema() : null));
                return list;
            }
            case "map": {
                Map<Object, Object> map = new LinkedHashMap<>();
                boolean isMap = isA(schema, Schema.Type.MAP);
                for (JsonNode entry : v) {
                    map.put(value(entry.get(0), isMap ? schema.keySchema() : null),
                        value(entry.get(1), isMap ? schema.valueSchema() : null));
                }
                return map;
            }
            case "struct": return struct(v, schema);
            default: throw new IllegalArgumentException("There is no type " + tagged.get("t"));
        }
    }

    static boolean isA(Schema schema, Schema.Type type) {
        return schema != null && schema.type() == type;
    }

    static Struct struct(JsonNode v, Schema given) {
        boolean fits = isA(given, Schema.Type.STRUCT);
        for (Iterator<String> names = v.fieldNames(); names.hasNext();) {
            String name = names.next();
            fits = fits && given.field(name) != null;
        }
        Schema schema = given;
        if (!fits) {
            SchemaBuilder builder = SchemaBuilder.struct();
            v.fields().forEachRemaining(e -> builder.field(e.getKey(),
                SchemaBuilder.type(Schema.Type.valueOf(e.getValue().get("t").asText().toUpperCase())).build()));
            schema = builder.build();
        }
        Struct struct = new Struct(schema);
        for (Field field : schema.fields()) {
            Object item = v.has(field.name()) ? value(v.get(field.name()), field.schema()) : null;
            if (item != null) struct.put(field, item);
        }
        return struct;
    }

    static ObjectNode tag(Object value) {
        ObjectNode node = JSON.createObjectNode();
        if (value == null) return node.put("t", "null");
        if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
            String type = value instanceof Byte ? "int8" : value instanceof Short ? "int16" : "int32";
            return node.put("t", type).put("v", ((Number) value).intValue());
        }
        if (value instanceof Long) return node.put("t", "int64").put("v", value.toString());
        if (value instanceof Float) return node.put("t", "float32").put("v", value.toString());
        if (value instanceof Double) return node.put("t", "float64").put("v", value.toString());
        if (value instanceof Boolean) return node.put("t", "boolean").put("v", (Boolean) value);
        if (value instanceof String) return node.put("t", "string").put("v", (String) value);
        if (value instanceof byte[]) {
            return node.put("t", "bytes").put("v", Base64.getEncoder().encodeToString((byte[]) value));
        }
        if (value instanceof BigDecimal decimal) {
            return node.put("t", "decimal").put("v", decimal.toString()).put("scale", decimal.scale())
                .put("unscaled", decimal.unscaledValue().toString());
        }
        if (value instanceof BigInteger) return node.put("t", "bigint").put("v", value.toString());
        if (value instanceof java.util.Date date) return node.put("t", "date").put("v", date.getTime());
        if (value instanceof List<?> list) {
            ArrayNode items = node.put("t", "list").putArray("v");
            for (Object item : list) items.add(tag(item));
            return node;
        }
        if (value instanceof Map<?, ?> map) {
            ArrayNode entries = node.put("t", "map").putArray("v");
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                entries.addArray().add(tag(entry.getKey())).add(tag(entry.getValue()));
            }
            return node;
        }
        Struct struct = (Struct) value;
        ObjectNode fields = node.put("t", "struct").putObject("v");
        for (Field field : struct.schema().fields()) fields.set(field.name(), tag(struct.getWithoutDefault(field.name())));
        return node;
    }
}
