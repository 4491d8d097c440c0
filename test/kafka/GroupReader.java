import java.io.FileInputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A Java consumer in a group, with the assignors it has unless told: arguments are a property file and a
 * topic. It prints what it is given and what it reads, and leaves when its standard input ends.
 */
public class GroupReader {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    try (FileInputStream file = new FileInputStream(args[0])) {
      properties.load(file);
    }
    var strings = new StringDeserializer();
    try (var consumer = new KafkaConsumer<>(properties, strings, strings)) {
      consumer.subscribe(List.of(args[1]), new ConsumerRebalanceListener() {
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
          System.out.println("assigned: " + consumer.assignment().size());
        }

        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
          consumer.commitSync();
        }
      });
      while (System.in.available() == 0) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          System.out.println("record: " + record.value());
        }
      }
    }
  }
}
