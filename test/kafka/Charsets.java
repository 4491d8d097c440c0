import java.nio.charset.Charset;

/** Prints Java's encodings: their names, and what each byte alone stands for, in hexadecimal digits. */
public class Charsets {
    public static void main(String[] args) {
        for (Charset charset : Charset.availableCharsets().values()) {
            StringBuilder line = new StringBuilder(charset.name());
            for (String alias : charset.aliases()) line.append(' ').append(alias.replace(' ', '_'));
            for (int i = 0; i < 256; i++) {
                line.append(i == 0 ? '\t' : ' ');
                for (char unit : new String(new byte[] {(byte) i}, charset).toCharArray()) {
                    line.append(Integer.toHexString(unit)).append('.');
                }
            }
            System.out.println(line);
        }
    }
}
