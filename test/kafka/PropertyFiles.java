import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Prints what java.util.Properties.load reads from nasty files: [file, [[key, value], ...]] each, sorted
 * by key, or [file, null] for one that is malformed. The characters of a file stand for its bytes.
 */
public class PropertyFiles {
    static final String[] CHOSEN = {
        "", "a=b", "a:b", "a b", "a\tb", "a\fb", "a = b", "a : b", "a = = b", "a==b", "a:=b", "a =: b",
        "a", "a=", "=b", ":b", " =b", "a\n b", "  a=b  ", "\t\f a=b\t", "a\\ b=c", "a\\=b=c", "a\\:b=c",
        "a=b\nc=d", "a=b\rc=d", "a=b\r\nc=d", "a=b\n\rc=d", "\n\n\na=b", "a=b\n\n", "a=1\na=2", "a=1\nb=2\na=3",
        "#a=b", "!a=b", " #a=b", "\t!a=b", "a=#b", "a=b #c", "a=b !c", "#a\\\nb=c", "#\na=b", "#\r\na=b",
        "a=b\\\nc", "a=b\\\n  c", "a=b\\\n\t\f c", "a=b\\\r\nc", "a=b\\\rc", "a=b\\\n\nc=d", "a=b\\\n  \nc=d",
        "a=b\\\n#c", "a=b\\\n  #c", "a=b\\\n!c\nd=e", "a\\\nb=c", "a\\\n=c", "a\\\n  b c", "\\\na=b", "\\\n#a=b",
        "\\\n  a=b", "  \\\n  a=b", "a=b\\", "a\\", "\\", "a=b\\\\", "a=b\\\\\nc=d", "a=b\\\\\\\nc=d", "a=b\\\n",
        "a=\\", "a=b\\\r", "a=b\\\r\n", "a=\\t\\n\\r\\f", "a=\\b\\a\\x\\q\\'\\\"\\0", "a=\\u0041", "\\u0041=\\u0042",
        "a=\\u00e9\\u20AC\\ud83d\\ude00", "a=\\u004", "a=\\u", "a=\\u00", "a=\\uzzzz", "a=\\u00g0", "a=\\U0041",
        "a=\\uu0041", "a\\u003db=c", "a=\\u0020b", "\\u0020a=b", "a=\\u000ab=c", "a=\\u005cn", "a=x\\u00\\\n41",
        "a=\\u0041\\", "\\u0023a=b", "\\#a=b", "\\!a=b", "a=\\#b", "a=\\!b", "a=\\=\\:", "a=\u00e9\u00ff\u0080\u0085\u00a0",
        "\u00e9=\u00fc", "a=\u00c3\u00a9", "\u00ef\u00bb\u00bfa=b", "\u00a0a=b", "a\u00a0=b", "a\u000b=b", "a\u0000b=c\u0000d",
        "__proto__=a", "__proto__.b=c", "constructor=a\ntoString=b", "hasOwnProperty=x", "1=one\n0=zero",
        "transforms.a.type=org.apache.kafka.connect.transforms.HoistField$Value", "path=C:\\\\temp\\\\new",
        "path=C:\\temp\\new", "sasl=a b=\"c\" \\\n    d=\"e;\";", "a = b \\\n   c \\\n   d ", "a=b\\ \nc=d",
        "key with spaces=v", "a  =  b", "a\t\t:\t\tb", "a   b   c", "a\\\\=b", "a\\\\\\=b=c", "a=\u001a", "a=b\u001ac=d",
        "a=b\f", "\fa=b", "a\\\f=b", "a=\\\u00e9", "a\r=b", "a\\\r\n   =b", "a=\\u00a0", "===", "::", "= =", "#", "!", " ", "\r",
        "a=b\\\n\\\nc", "a=b\\\n   \\\n   c", "a\\\n\\\n=b", "a=b\\\n\\", "a=\\u12345", "a=\\u+041", "a=\\u-041", "a=\\u 041",
        "a=\\u004\u00e9", "a=\\u00e\\\n9", "#\\u00\na=b", "# \\uzzzz", "a=b\n\\uzz=c", "a=b\r\n\r\n  # x\r\nc=\\ufffe",
    };
    static final String[] PIECES = {
        "a", "b", "k", "=", ":", " ", "\t", "\f", "\n", "\r", "\r\n", "\\", "\\\n", "\\\r\n", "#", "!", "\\u0041", "\\u0",
        "\\n", "\\=", "\\ ", "\u00e9", "\\\\", "\n  ", "a=b\n", "\u0000",
    };

    public static void main(String[] args) throws Exception {
        Set<String> files = new LinkedHashSet<>(List.of(CHOSEN));
        Random random = new Random(20261124);
        while (files.size() < 700) {
            StringBuilder file = new StringBuilder();
            for (int i = 1 + random.nextInt(12); i > 0; i--) file.append(PIECES[random.nextInt(PIECES.length)]);
            files.add(file.toString());
        }
        List<String> lines = new ArrayList<>();
        for (String file : files) lines.add("  [" + json(file) + ", " + load(file) + "]");
        System.out.println("[\n" + String.join(",\n", lines) + "\n]");
    }

    static String load(String file) throws Exception {
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(file.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException malformed) {
            return "null";
        }
        List<String> entries = new ArrayList<>();
        new TreeMap<>(properties).forEach((key, value) ->
            entries.add("[" + json((String) key) + ", " + json((String) value) + "]"));
        return "[" + String.join(", ", entries) + "]";
    }

    static String json(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < ' ' || c > '~') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }
}
