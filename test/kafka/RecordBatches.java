import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.EndTransactionMarker;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Utils;

/** Prints record batches as Kafka's own code makes them, what it reads in them, and where keys go. */
public class RecordBatches {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long NOW = 1_700_000_000_000L;
    private static final Header[] NO_HEADERS = {};
    private static final ArrayNode BATCHES = JSON.createArrayNode();

    public static void main(String[] args) throws Exception {
        for (Compression compression : new Compression[] {
                Compression.NONE, Compression.gzip().build(), Compression.snappy().build(),
                Compression.lz4().build(), Compression.zstd().build()}) {
            String name = compression.type().name;
            MemoryRecordsBuilder builder = plain(compression, TimestampType.CREATE_TIME, 0L);
            all(builder);
            record(name + ": nulls, empty values, headers, text beyond ASCII", builder);
            if (compression == Compression.NONE) continue;
            builder = plain(compression, TimestampType.CREATE_TIME, 0L);
            append(builder, NOW, "key", "a".repeat(200_000));
            append(builder, NOW, "key", "b".repeat(70_000));
            record(name + ": values longer than the codec's blocks", builder);
        }
        MemoryRecordsBuilder builder = plain(Compression.NONE, TimestampType.CREATE_TIME, 0L);
        append(builder, NOW, null, "one");
        record("a single record", builder);

        builder = plain(Compression.NONE, TimestampType.CREATE_TIME, 0L);
        for (int length : new int[] {0, 1, 50, 63, 64, 65, 100, 127, 128, 8170, 8192}) {
            append(builder, NOW, "", "v".repeat(length));
        }
        record("lengths around each size of a varint", builder);

        builder = plain(Compression.NONE, TimestampType.CREATE_TIME, 0L);
        long[] deltas = {0, 1, -1, 63, 64, -64, -65, 8191, 8192, 1L << 30, -(1L << 30), (1L << 31) - 1,
            1L << 31, -(1L << 31), 1L << 40, 1L << 45, -NOW};
        for (long delta : deltas) append(builder, NOW + delta, null, Long.toString(delta));
        record("timestamps far apart, and out of order", builder);

        builder = plain(Compression.NONE, TimestampType.CREATE_TIME, 0L);
        for (int i = 0; i < 130; i++) append(builder, NOW + i, Integer.toString(i), null);
        record("more records than one byte counts", builder);

        builder = plain(Compression.NONE, TimestampType.LOG_APPEND_TIME, 42L);
        all(builder);
        record("log append time", builder);

        builder = plain(Compression.NONE, TimestampType.CREATE_TIME, (1L << 53) + 1);
        all(builder);
        record("a base offset beyond 2^53", builder);

        builder = plain(Compression.NONE, TimestampType.CREATE_TIME, 100L);
        for (long offset : new long[] {100, 103, 163, 164, 8400, 2_000_000_100L}) {
            builder.appendWithOffset(offset, NOW, bytes("key"), bytes(Long.toString(offset)));
        }
        record("offsets with gaps, as compaction leaves them", builder);

        builder = producer(false, 0L);
        all(builder);
        record("idempotent", builder);
        builder = producer(true, 10L);
        all(builder);
        record("transactional", builder);
        horizon();
        control();

        ObjectNode answer = JSON.createObjectNode();
        answer.put("recordedFrom", "Apache Kafka 4.2.0 by test/kafka/RecordBatches.java");
        answer.set("batches", BATCHES);
        answer.set("partitions", partitions());
        System.out.println(answer);
    }

    /** Every kind of key, value and header. */
    private static void all(MemoryRecordsBuilder builder) {
        append(builder, NOW, null, null);
        append(builder, NOW + 1, "", "");
        append(builder, NOW + 5, "key", "value");
        append(builder, NOW + 3, null, "猫 und ä 😀");
        append(builder, NOW + 3, "with headers", "value",
            new RecordHeader("h", bytes("1")), new RecordHeader("h", bytes("2")),
            new RecordHeader("nothing", null), new RecordHeader("", new byte[0]),
            new RecordHeader("größe", new byte[] {0, -1, 127, -128}));
        append(builder, NOW + 70, null, "long ".repeat(30));
    }

    /** What compaction writes over the base timestamp when it first keeps a tombstone (KIP-534). */
    private static void horizon() {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(1024),
            RecordBatch.MAGIC_VALUE_V2, Compression.NONE, TimestampType.CREATE_TIME, 7L,
            RecordBatch.NO_TIMESTAMP, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH,
            RecordBatch.NO_SEQUENCE, false, false, 0, 1024, NOW + 86_400_000L);
        append(builder, NOW, "kept", null);
        append(builder, NOW + 1, "kept too", "value");
        record("a delete horizon in place of the base timestamp", builder);
    }

    private static void control() {
        MemoryRecords commit = MemoryRecords.withEndTransactionMarker(16L, NOW, 3, 4000L, (short) 5,
            new EndTransactionMarker(ControlRecordType.COMMIT, 9));
        record("a commit marker", commit);
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        LeaderChangeMessage message = new LeaderChangeMessage().setLeaderId(1);
        record("a leader change", MemoryRecords.withLeaderChangeMessage(17L, NOW, 3, buffer, message));
    }

    private static MemoryRecordsBuilder plain(Compression compression, TimestampType type, long base) {
        long appendTime = type == TimestampType.LOG_APPEND_TIME ? NOW + 999 : RecordBatch.NO_TIMESTAMP;
        return MemoryRecords.builder(ByteBuffer.allocate(1024), RecordBatch.MAGIC_VALUE_V2, compression,
            type, base, appendTime, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH,
            RecordBatch.NO_SEQUENCE, false, false, RecordBatch.NO_PARTITION_LEADER_EPOCH);
    }

    private static MemoryRecordsBuilder producer(boolean transactional, long base) {
        return MemoryRecords.builder(ByteBuffer.allocate(1024), RecordBatch.MAGIC_VALUE_V2,
            Compression.NONE, TimestampType.CREATE_TIME, base, RecordBatch.NO_TIMESTAMP,
            (1L << 40) + 7, (short) 3, 2_147_483_000, transactional, false,
            RecordBatch.NO_PARTITION_LEADER_EPOCH);
    }

    private static void append(MemoryRecordsBuilder builder, long timestamp, String key, String value,
            Header... headers) {
        builder.append(timestamp, bytes(key), bytes(value), headers.length == 0 ? NO_HEADERS : headers);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void record(String name, MemoryRecordsBuilder builder) {
        record(name, builder.build());
    }

    private static void record(String name, MemoryRecords records) {
        RecordBatch batch = records.firstBatch();
        ObjectNode node = BATCHES.addObject();
        node.put("name", name);
        node.put("bytes", base64(records.buffer()));
        ObjectNode header = node.putObject("header");
        header.put("baseOffset", Long.toString(batch.baseOffset()));
        header.put("lastOffset", Long.toString(batch.lastOffset()));
        header.put("compression", batch.compressionType().name);
        header.put("timestampType", batch.timestampType().name);
        header.put("maxTimestampMs", batch.maxTimestamp());
        header.put("producerId", Long.toString(batch.producerId()));
        header.put("producerEpoch", batch.producerEpoch());
        header.put("baseSequence", batch.baseSequence());
        header.put("partitionLeaderEpoch", batch.partitionLeaderEpoch());
        header.put("transactional", batch.isTransactional());
        header.put("control", batch.isControlBatch());
        header.put("crc", Long.toString(batch.checksum()));
        ArrayNode list = node.putArray("records");
        for (Record record : batch) {
            ObjectNode item = list.addObject();
            item.put("offset", Long.toString(record.offset()));
            item.put("timestampMs", record.timestamp());
            put(item, "key", record.key());
            put(item, "value", record.value());
            ArrayNode headers = item.putArray("headers");
            for (Header each : record.headers()) {
                ObjectNode named = headers.addObject();
                named.put("key", each.key());
                put(named, "value", each.value() == null ? null : ByteBuffer.wrap(each.value()));
            }
        }
    }

    /** Base64; of a long value, which is one byte again and again, that byte and how often it comes. */
    private static void put(ObjectNode node, String name, ByteBuffer bytes) {
        if (bytes == null) {
            node.putNull(name);
        } else if (bytes.remaining() > 1000) {
            node.putObject(name).put("byte", bytes.get(bytes.position())).put("times", bytes.remaining());
        } else {
            node.put(name, base64(bytes));
        }
    }

    private static String base64(ByteBuffer bytes) {
        return Base64.getEncoder().encodeToString(Utils.toArray(bytes));
    }

    private static ArrayNode partitions() {
        ArrayNode list = JSON.createArrayNode();
        Random random = new Random(42);
        for (int i = 0; i < 60; i++) {
            byte[] key = new byte[i < 20 ? i : random.nextInt(200)];
            random.nextBytes(key);
            ObjectNode node = list.addObject();
            node.put("key", Base64.getEncoder().encodeToString(key));
            node.put("murmur2", Utils.murmur2(key));
            ObjectNode partitions = node.putObject("partitions");
            for (int count : new int[] {1, 2, 3, 7, 12, 50, 1000}) {
                partitions.put(Integer.toString(count), BuiltInPartitioner.partitionForKey(key, count));
            }
        }
        return list;
    }
}
