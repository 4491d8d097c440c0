import java.io.FileReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * For each file with settings of a client: makes a topic, sends a record, and reads it in a group of its
 * own. Prints a line for each: the record's value, or why there is none.
 */
public class RoundTrip {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            Properties props = new Properties();
            try (FileReader reader = new FileReader(file)) {
                props.load(reader);
            }
            for (String key : List.of("request.timeout.ms", "default.api.timeout.ms", "max.block.ms")) {
                props.putIfAbsent(key, "10000");
            }
            props.putIfAbsent("delivery.timeout.ms", "40000");
            try {
                System.out.println("result: " + roundTrip(props));
            } catch (ExecutionException e) {
                System.out.println("result: " + e.getCause().getClass().getSimpleName());
            } catch (Exception e) {
                System.out.println("result: " + e.getClass().getSimpleName());
            }
        }
    }

    private static String roundTrip(Properties props) throws Exception {
        String topic = "round-trip-" + UUID.randomUUID();
        try (Admin admin = Admin.create(props)) {
            NewTopic wanted = new NewTopic(topic, Optional.of(1), Optional.empty());
            admin.createTopics(List.of(wanted)).all().get();
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(props, new StringSerializer(), new StringSerializer())) {
                producer.send(new ProducerRecord<>(topic, "key", "value")).get();
            }
            props.put("group.id", topic);
            props.put("auto.offset.reset", "earliest");
            try (KafkaConsumer<String, String> consumer =
                    new KafkaConsumer<>(props, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(List.of(topic));
                long end = System.currentTimeMillis() + 20_000;
                while (System.currentTimeMillis() < end) {
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                        consumer.commitSync();
                        return record.value();
                    }
                }
                return "nothing came";
            } finally {
                admin.deleteTopics(List.of(topic)).all().get();
            }
        }
    }
}
