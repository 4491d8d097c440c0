import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.text.SimpleDateFormat;
import java.util.Calendar;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads cases of regular expressions and dates, and writes the same with what Java's own classes answer. */
public class JavaText {
    static final ObjectMapper JSON = new ObjectMapper();

    interface Answer {
        Object get() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        Locale.setDefault(Locale.ENGLISH);
        ObjectNode cases = (ObjectNode) JSON.readTree(new File(args[0]));
        for (JsonNode each : cases.get("regexes")) regex((ObjectNode) each);
        Calendar start = Calendar.getInstance();
        start.setTimeInMillis(cases.get("nowMs").asLong());
        start.add(Calendar.YEAR, -80);
        for (JsonNode each : cases.get("dates")) dates((ObjectNode) each, start.getTime());
        System.out.write(JSON.writeValueAsBytes(cases));
        System.out.flush();
    }

    static void regex(ObjectNode each) {
        String replacement = each.get("replacement").asText();
        Pattern pattern;
        try {
            pattern = Pattern.compile(each.get("pattern").asText());
        } catch (IllegalArgumentException e) {
            each.put("error", e.getMessage());
            return;
        }
        for (JsonNode text : each.get("inputs")) {
            Matcher matcher = pattern.matcher(text.get("input").asText());
            ObjectNode answers = (ObjectNode) text;
            answer(answers, "matches", matcher::matches);
            answer(answers, "find", () -> matcher.reset().find());
            answer(answers, "replaceFirst", () -> matcher.replaceFirst(replacement));
            answer(answers, "replaceAll", () -> matcher.replaceAll(replacement));
        }
    }

    static void dates(ObjectNode each, Date twoDigitYearStart) {
        String pattern = each.get("pattern").asText();
        try {
            new SimpleDateFormat(pattern);
        } catch (IllegalArgumentException e) {
            each.put("error", e.getMessage());
            return;
        }
        ArrayNode formatted = each.putArray("formatted");
        for (JsonNode time : each.get("times")) formatted.add(new SimpleDateFormat(pattern).format(new Date(time.asLong())));
        for (JsonNode text : each.get("texts")) {
            // A format takes over the time zone that it has read, so each has one of its own.
            SimpleDateFormat format = new SimpleDateFormat(pattern);
            format.set2DigitYearStart(twoDigitYearStart);
            answer((ObjectNode) text, "parsed", () -> format.parse(text.get("input").asText()).getTime());
        }
    }

    static void answer(ObjectNode node, String name, Answer answer) {
        try {
            node.putPOJO(name, answer.get());
        } catch (Exception e) {
            node.put(name, "Error: " + e.getMessage());
        } catch (StackOverflowError e) {
            node.put(name, "StackOverflowError");
        }
    }
}
