import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes transactions to partition 0 of a topic: arguments are bootstrap servers, the topic, and for each
 * transaction `commit:` or `abort:` and a value, which is written twice.
 */
public class Transactions {
  public static void main(String[] args) {
    Map<String, Object> config = Map.of("bootstrap.servers", args[0], "transactional.id", args[1]);
    var strings = new StringSerializer();
    try (var producer = new KafkaProducer<>(config, strings, strings)) {
      producer.initTransactions();
      for (int i = 2; i < args.length; i++) {
        String[] parts = args[i].split(":");
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(args[1], 0, null, parts[1] + "-1"));
        producer.flush();
        producer.send(new ProducerRecord<>(args[1], 0, null, parts[1] + "-2"));
        producer.flush();
        if (parts[0].equals("commit")) producer.commitTransaction();
        else producer.abortTransaction();
      }
    }
  }
}
