import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.json.JsonConverter;

/** Prints what JsonConverter says of text that is not JSON: the class and the message of the last cause. */
public class JsonErrors {
    private static final String[] TEXTS = {
        "{bad", "notjson", "foo bar", "foo-bar", "tru", "trux", "nul", "truex y", "{", "[", "[1", "[1,", "[1 2]",
        "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\" 1}", "{\"a\":1 \"b\"}", "{\"a\":}", "{,", "}", "]",
        ",", ":", "[}", "{]", "[,1]", "[1,]", "{\"a\":1,}", "\"abc", "{\"abc", "\"a\nb\"", "{\"a\nb\":1}",
        "\"a\\x\"", "\"\\u12\"", "\"\\u12g4\"", "-", "-a", "1.", "1.a", "1e", "1e+", "1ex", "1a", "12abc", "+1",
        "'a'", "{'a':1}", "//x", "#", "{a\n:1}", "\n\n  xx", "[1,\n  yy]", "NaN", "-INF", "Infinity", "-Infinity",
        ".5", "1..2", "{\"a\":nope}", "@", "[\"a\" \"b\"]", "{1:2}", "\\", "{\"a\":1]", "[1}", "1.5.2", "0x10",
        "--1", "{\"a\":tru}", "[fals]", "[nulll]", "x".repeat(300), "_a$b", "a.b", "{ \u00e9", "(", "\u0001",
        "{\"a\":\u0001}", "1]", "\"\u00e9\" x {", "[\"\u20ac\", b]",
        "[".repeat(1000), "[".repeat(1001), "{\"a\":".repeat(1001), "9".repeat(1000), "[" + "9".repeat(1001), "0." + "9".repeat(999),
        "0." + "9".repeat(1000), "9".repeat(500) + "." + "9".repeat(499) + "e-5", "9".repeat(500) + "." + "9".repeat(499) + "e-05",
        "0".repeat(1001) + "1", "1e" + "0".repeat(998) + "5", "1e" + "0".repeat(999) + "5", "[1e10000000000]", "1e2147483648",
        "1e-2147483649", "1e2147483647", "{\"" + "n".repeat(50001) + "\":1}",
    };

    public static void main(String[] args) throws Exception {
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", "false"), false);
        Map<String, String> found = new LinkedHashMap<>();
        for (String text : TEXTS) {
            try {
                converter.toConnectData("t", text.getBytes(StandardCharsets.UTF_8));
                found.put(text, null);
            } catch (Exception error) {
                found.put(text, error.getCause().getMessage());
            }
        }
        System.out.println(new ObjectMapper().writeValueAsString(found));
    }
}
