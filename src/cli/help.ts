/** What each command says of itself. */

/** What all commands take that ask a worker. */
const remoteOptions =
  `  --url URL              the worker's REST API; http://localhost:8083, or the variable CONNECT_REST_URL
  --cacert FILE          certificates in PEM, for https with an authority of your own
  --timeout SECONDS      how long the worker may take to answer; 95
  -h, --help             this text

For basic authentication put user:password into the variable CONNECT_REST_USER, or before the host of the URL, best in
CONNECT_REST_URL: others on the machine can see the arguments of a command.
`;

/** The text of `--help`, by command; of `connect` itself under the empty name. */
export const help = {
  "": `Usage: connect COMMAND [ARGUMENTS]

Kafka Connect for the edge: runs source and sink connectors, with or without Kafka.

Commands:
  standalone WORKER.properties [CONNECTOR.properties|.json ...]   runs connectors in one process
  validate WORKER.properties [CONNECTOR.properties|.json ...]     checks what standalone would refuse
  test CASES.json CONNECTOR.properties|.json                      tries its transforms and converters
  topics list|describe|read                                       shows what topics hold
  spool status                                                    shows what waits for Kafka
  dlq replay TOPIC                                                puts failed records through a sink again
  status [CONNECTOR]                                              shows how a running worker is
  connectors list|create|delete|pause|resume|stop|restart         changes what a running worker runs
  top                                                             shows a running worker, live
  completions bash|zsh|fish                                       prints what completes connect in a shell

Options:
  -h, --help   this text; after a command, how to use that command
  --version    the version

Exit codes: 0 when all went well, 78 when an argument, file, key, class or port will not do (one line
says which, and nothing is written), 141 when nobody reads what is printed any more, 1 for any other failure.
`,
  standalone: `Usage: connect standalone WORKER.properties [CONNECTOR.properties|.json ...]

Runs the connectors of the files given until Ctrl-C or SIGTERM: then tasks finish what they have, commit
their offsets, and it ends with exit code 0. A second Ctrl-C ends it at once. The log is on standard error.

WORKER.properties needs three keys; this is a whole one:

  key.converter=org.apache.kafka.connect.json.JsonConverter
  value.converter=org.apache.kafka.connect.json.JsonConverter
  offset.storage.file.filename=connect.offsets

Topics live in the folder "data", or DIR with bootstrap.servers=embedded:DIR; no broker is needed.
The REST API is at listeners=http://:8083.

A connector is a file of properties, or of JSON: the keys alone, or {"name": ..., "config": {...}}:

  name=my-source
  connector.class=FileStreamSource
  file=test.txt
  topic=connect-test

Options:
  -h, --help   this text
`,
  validate: `Usage: connect validate WORKER.properties [CONNECTOR.properties|.json ...] [--json]

Checks the files as standalone does before it starts anything, and starts nothing: every key of the worker and
of its connectors, converters, transforms, predicates, config providers, Kafka clients, the spool, listeners and
folders. All that is wrong is printed, one mistake a line with its file and key, and the exit code is 78. What
would have no effect, and what would make a task fail later, is printed as a warning. A port or a folder that is in
use now is no mistake.

Options:
  --json       as JSON
  -h, --help   this text
`,
  test:
    `Usage: connect test CASES.json CONNECTOR.properties|.json [--worker WORKER.properties] [--update]

Runs records through the transforms (with their predicates) and converters of a connector, as its tasks do, and
compares what comes out; no broker, no worker and nothing of the connector's own is needed. CASES.json is a list:

  [{ "name": "a line becomes a struct",
     "record": { "topic": "lines", "value": "foo", "valueSchema": "string" },
     "expect": { "topic": "lines", "key": null, "value": { "json": { "line": "foo" } } } },
   { "name": "an empty line is dropped", "record": { "topic": "lines", "value": "" }, "expect": "dropped" },
   { "name": "a number is no line", "record": { "topic": "lines", "value": 1 }, "expect": { "error": "..." } }]

For a source the record is as the connector gives it, and what is expected as a topic would hold it: null,
{"text": ...}, {"json": ...} or {"base64": ...} for "key", "value" and the "value" of each of "headers"
([{"key": ..., "value": ...}]). For a sink it is the other way round. Data are JSON; "keySchema", "valueSchema" and a
header's "schema" are schemas as JsonConverter has them, or the names of simple types. "partition" and "timestamp"
(in milliseconds) may be given. Of what is expected, what is left out is not compared; an error is known by a part of
its message. It exits with 0 when all cases pass, with 1 when one fails, with 78 when a file will not do.

Options:
  --worker WORKER.properties   the worker whose converters and config providers the connector uses
  --update                     writes what came out into CASES.json, where that was not what is expected
  -h, --help                   this text
`,
  topics: `Usage: connect topics list            --worker WORKER.properties
       connect topics describe TOPIC  --worker WORKER.properties
       connect topics read TOPIC      --worker WORKER.properties [OPTIONS]

Shows the topics of the brokers that the worker's file names, reached as it says, or those of its embedded log;
also while the worker runs. A topic whose records are compressed is read as any other.

  list       the names of the topics, one a line
  describe   a topic's settings, and its partitions with their first and next offsets
  read       the values of a topic's records, one a line, and what comes until Ctrl-C

Options:
  --worker WORKER.properties   the file of the worker, which says where its topics are
  --from-beginning             read from the first record kept; only new ones without it
  --offset N|earliest|latest   read from that offset, or the nearest there is; a number goes with --partition
  --partition N                read that partition alone
  --max-messages N             end after N records
  --property print.FIELD=true  print more of a record, or less with =false, as kafka-console-consumer does: timestamp,
                               partition, offset, headers, key and value, in this order with tabs between
  --json                       JSON; of records one object a line, as kcat -J has it: bytes that are no text are
                               {"base64": "..."}
  -h, --help                   this text
`,
  dlq:
    `Usage: connect dlq replay TOPIC --worker WORKER.properties --connector CONNECTOR.properties|.json

Runs a sink connector over the records of its dead letter queue, up to where that ends now, and ends. With
errors.deadletterqueue.context.headers.enable the records are as they were before they failed: those headers are
taken away, and the topic is that of the record. Without it their topic is TOPIC.

What fails again is dealt with as the connector's errors.* keys say; by default it fails, and the exit code is 1. What
has been replayed is not replayed again: the group connect-NAME-dlq-replay remembers it. With the embedded log the
worker must not run meanwhile.

Options:
  --worker WORKER.properties         the file of the worker, which says where its topics are
  --connector CONNECTOR.properties   the file of the connector
  -h, --help                         this text
`,
  spool: `Usage: connect spool status --worker WORKER.properties [--json]

Shows what the worker's spool (spool.dir) holds, also while the worker runs: the bytes its segments take and
may take, and for each partition the records that wait for Kafka, the age of the oldest of them by its
timestamp, and how many a second Kafka takes, measured for two seconds.

Options:
  --worker WORKER.properties   the file of the worker, which says where its spool is
  --json                       as JSON; numbers of records are text, for they may have 64 bits
  -h, --help                   this text
`,
  status: `Usage: connect status [CONNECTOR] [OPTIONS]

Asks a running worker how it is and how its connectors are, or how one of them is with its tasks and the traces of
what failed. Any worker of Kafka Connect can be asked.

Options:
  --json                 as JSON: {"worker": {...}, "connectors": [...]}, each connector as GET /connectors/NAME/status
                         has it; of one connector, that alone
${remoteOptions}`,
  connectors: `Usage: connect connectors list                   [OPTIONS]
       connect connectors create FILE ...           [OPTIONS]
       connect connectors delete CONNECTOR ...      [OPTIONS]
       connect connectors pause CONNECTOR ...       [OPTIONS]
       connect connectors resume CONNECTOR ...      [OPTIONS]
       connect connectors stop CONNECTOR ...        [OPTIONS]
       connect connectors restart CONNECTOR ...     [OPTIONS]
       connect connectors config CONNECTOR          [OPTIONS]
       connect connectors offsets CONNECTOR         [OPTIONS]

Shows and changes what a running worker runs. A FILE is a connector's, as standalone takes it: properties or JSON,
where "initial_state" may be RUNNING, PAUSED or STOPPED. The worker checks it; variables in it are the worker's.

  list       the names of the connectors, one a line
  create     makes the connectors of files
  delete     stops connectors and forgets them; their offsets stay
  pause      lets connectors and their tasks wait
  resume     lets them go on, or starts those that are stopped
  stop       ends connectors and their tasks, and keeps them
  restart    starts connectors again
  config     the configuration of a connector, as JSON
  offsets    how far a connector has come, as JSON

What the worker does, it does after it has answered; see connect status.

Options:
  --include-tasks        with restart: the tasks too
  --only-failed          with restart: only what has failed
  --json                 with list: as JSON
${remoteOptions}`,
  top: `Usage: connect top [OPTIONS]

Shows the connectors and tasks of a running worker: their states, what failed and why, and, where the worker has
/metrics, how many records a second go through, how far behind sinks are and how many records failed. It looks
again every two seconds, until q or Ctrl-C. What has failed comes first. Where standard output is no terminal, and
with --json, it is printed once.

Options:
  --interval SECONDS     how often it looks
  --admin-url URL        where /metrics is, when admin.listeners is apart from the rest
  --json                 as JSON, once: {"worker": {...}, "rows": [{"connector": ..., "task": ..., "type": ...,
                         "state": ..., "worker": ..., "recordsPerSecond": ..., "lag": ..., "errors": ...,
                         "reason": ...}]}; task is null for the connector itself, and so is what is not known
${remoteOptions}`,
  completions: `Usage: connect completions bash|zsh|fish

Prints a script that lets a shell complete commands, options, files and names of connectors, which the worker is
asked for. To have it always:

    bash   echo 'eval "$(connect completions bash)"' >> ~/.bashrc
    zsh    echo 'eval "$(connect completions zsh)"' >> ~/.zshrc     (after compinit)
    fish   connect completions fish > ~/.config/fish/completions/connect.fish

Options:
  -h, --help   this text
`,
} as const;
