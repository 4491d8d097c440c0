import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Prints random groups of consumers, what they tell on the wire, and how Java's assignors divide. */
public class GroupProtocol {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TOPICS = List.of("a", "b", "c");

  public static void main(String[] args) throws Exception {
    Random random = new Random(Long.parseLong(args[0]));
    int count = Integer.parseInt(args[1]);
    for (int i = 0; i < count; i++) System.out.println(JSON.writeValueAsString(group(random)));
  }

  private static ObjectNode group(Random random) {
    ObjectNode out = JSON.createObjectNode();
    List<PartitionInfo> infos = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    Node node = new Node(1, "localhost", 1);
    for (String topic : TOPICS) {
      int partitions = random.nextInt(8);
      if (partitions == 0) continue;
      counts.put(topic, partitions);
      for (int p = 0; p < partitions; p++) {
        infos.add(new PartitionInfo(topic, p, node, new Node[] {node}, new Node[] {node}));
      }
    }
    Cluster cluster = new Cluster("id", List.of(node), infos, Set.of(), Set.of());
    out.set("counts", JSON.valueToTree(counts));
    boolean isUniform = random.nextBoolean();
    out.put("isUniform", isUniform);
    List<TopicPartition> unowned = new ArrayList<>();
    infos.forEach(info -> unowned.add(new TopicPartition(info.topic(), info.partition())));
    Collections.shuffle(unowned, random);

    Map<String, Subscription> subscriptions = new TreeMap<>();
    ArrayNode members = out.putArray("members");
    int size = 1 + random.nextInt(5);
    for (int i = 0; i < size; i++) {
      List<String> topics = new ArrayList<>(TOPICS);
      if (!isUniform) topics.removeIf(topic -> random.nextInt(3) == 0);
      List<TopicPartition> owned = new ArrayList<>();
      for (int n = random.nextInt(4); n > 0 && !unowned.isEmpty(); n--) {
        TopicPartition next = unowned.remove(0);
        if (topics.contains(next.topic())) owned.add(next);
      }
      owned.sort((x, y) -> x.toString().compareTo(y.toString()));
      int generation = owned.isEmpty() ? -1 : 5;
      String rack = random.nextInt(3) == 0 ? "rack" : null;
      ByteBuffer userData = ByteBuffer.allocate(4).putInt(generation);
      userData.flip();
      Subscription subscription =
          new Subscription(topics, userData, owned, generation, Optional.ofNullable(rack));
      String id = Integer.toString(random.nextInt(1000)) + "-" + i;
      if (random.nextInt(3) == 0) subscription.setGroupInstanceId(Optional.of("i" + (9 - i)));
      subscriptions.put(id, subscription);

      ObjectNode member = members.addObject().put("memberId", id).put("generation", generation)
          .put("groupInstanceId", subscription.groupInstanceId().orElse(null))
          .put("rackId", rack).put("subscription",
              base64(ConsumerProtocol.serializeSubscription(subscription)));
      member.set("topics", JSON.valueToTree(topics));
      member.set("owned", partitions(owned));
    }
    out.set("range", assign(new RangeAssignor(), cluster, subscriptions));
    out.set("sticky", assign(new CooperativeStickyAssignor(), cluster, subscriptions));
    return out;
  }

  private static ObjectNode assign(
      ConsumerPartitionAssignor assignor, Cluster cluster, Map<String, Subscription> subscriptions) {
    ObjectNode out = JSON.createObjectNode();
    Map<String, Assignment> assigned =
        assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment();
    assigned.forEach((id, assignment) -> {
      ObjectNode one = out.putObject(id);
      one.set("partitions", partitions(assignment.partitions()));
      one.put("bytes", base64(ConsumerProtocol.serializeAssignment(assignment)));
    });
    return out;
  }

  private static ArrayNode partitions(List<TopicPartition> partitions) {
    ArrayNode out = JSON.createArrayNode();
    for (TopicPartition one : partitions) {
      out.addObject().put("topic", one.topic()).put("partition", one.partition());
    }
    return out;
  }

  private static String base64(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
