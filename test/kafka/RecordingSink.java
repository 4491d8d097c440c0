import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** A sink whose task prints how it is called, and does nothing else: recording_sink.js in Java. */
public class RecordingSink extends SinkConnector {
  public void start(Map<String, String> props) {}

  public Class<? extends Task> taskClass() {
    return RecordingTask.class;
  }

  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return List.of(Map.of());
  }

  public void stop() {}

  public ConfigDef config() {
    return new ConfigDef();
  }

  public String version() {
    return "1";
  }

  /** The task. */
  public static class RecordingTask extends SinkTask {
    public void start(Map<String, String> props) {
      say("start");
    }

    public void open(Collection<TopicPartition> partitions) {
      say("open " + numbers(partitions) + " of " + numbers(context.assignment()));
    }

    public void put(Collection<SinkRecord> records) {
      say("put " + records.size());
    }

    public Map<TopicPartition, OffsetAndMetadata> preCommit(
        Map<TopicPartition, OffsetAndMetadata> offsets) {
      var sorted = new TreeMap<Integer, Long>();
      offsets.forEach((partition, offset) -> sorted.put(partition.partition(), offset.offset()));
      say("preCommit " + sorted.entrySet().stream()
          .map(one -> one.getKey() + ":" + one.getValue()).collect(Collectors.joining(" ")));
      return offsets;
    }

    public void close(Collection<TopicPartition> partitions) {
      say("close " + numbers(partitions) + " of " + numbers(context.assignment()));
    }

    public void stop() {
      say("stop");
    }

    public String version() {
      return "1";
    }

    private static String numbers(Collection<TopicPartition> partitions) {
      return partitions.stream().map(TopicPartition::partition).sorted().map(String::valueOf)
          .collect(Collectors.joining(" "));
    }

    private static void say(String call) {
      System.out.println("CALLED " + call);
    }
  }
}
