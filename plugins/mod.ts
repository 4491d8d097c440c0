/**
 * The built-in plugins: the names a user may write, and how to load the file that declares them. Only
 * what a configuration names is ever loaded.
 *
 * @module
 */

import type { Plugin } from "connect";

/** What a plugin file exports. */
export interface PluginModule {
  /** The plugins that the file declares. */
  default: Plugin | readonly Plugin[];
}

/** Each built-in plugin file: the Java class names it stands in for, and its loader. */
export const BUILT_IN: readonly { names: readonly string[]; load: () => Promise<PluginModule> }[] =
  [
    {
      names: ["org.apache.kafka.connect.file.FileStreamSourceConnector"],
      load: () => import("./connectors/file_stream_source.ts"),
    },
    {
      names: ["org.apache.kafka.connect.file.FileStreamSinkConnector"],
      load: () => import("./connectors/file_stream_sink.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.Cast$Key",
        "org.apache.kafka.connect.transforms.Cast$Value",
      ],
      load: () => import("./transforms/cast.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.DropHeaders"],
      load: () => import("./transforms/drop_headers.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.ExtractField$Key",
        "org.apache.kafka.connect.transforms.ExtractField$Value",
      ],
      load: () => import("./transforms/extract_field.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.Filter"],
      load: () => import("./transforms/filter.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.Flatten$Key",
        "org.apache.kafka.connect.transforms.Flatten$Value",
      ],
      load: () => import("./transforms/flatten.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.HeaderFrom$Key",
        "org.apache.kafka.connect.transforms.HeaderFrom$Value",
      ],
      load: () => import("./transforms/header_from.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.HoistField$Key",
        "org.apache.kafka.connect.transforms.HoistField$Value",
      ],
      load: () => import("./transforms/hoist_field.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.InsertField$Key",
        "org.apache.kafka.connect.transforms.InsertField$Value",
      ],
      load: () => import("./transforms/insert_field.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.RegexRouter"],
      load: () => import("./transforms/regex_router.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.MaskField$Key",
        "org.apache.kafka.connect.transforms.MaskField$Value",
      ],
      load: () => import("./transforms/mask_field.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.ReplaceField$Key",
        "org.apache.kafka.connect.transforms.ReplaceField$Value",
      ],
      load: () => import("./transforms/replace_field.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Key",
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Value",
      ],
      load: () => import("./transforms/set_schema_metadata.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.transforms.TimestampConverter$Key",
        "org.apache.kafka.connect.transforms.TimestampConverter$Value",
      ],
      load: () => import("./transforms/timestamp_converter.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.TimestampRouter"],
      load: () => import("./transforms/timestamp_router.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.predicates.HasHeaderKey"],
      load: () => import("./predicates/has_header_key.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"],
      load: () => import("./predicates/record_is_tombstone.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.predicates.TopicNameMatches"],
      load: () => import("./predicates/topic_name_matches.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.InsertHeader"],
      load: () => import("./transforms/insert_header.ts"),
    },
    {
      names: ["org.apache.kafka.connect.transforms.ValueToKey"],
      load: () => import("./transforms/value_to_key.ts"),
    },
    {
      names: ["org.apache.kafka.connect.json.JsonConverter"],
      load: () => import("./converters/json_converter.ts"),
    },
    {
      names: ["org.apache.kafka.connect.storage.StringConverter"],
      load: () => import("./converters/string_converter.ts"),
    },
    {
      names: ["org.apache.kafka.connect.converters.ByteArrayConverter"],
      load: () => import("./converters/byte_array_converter.ts"),
    },
    {
      names: [
        "org.apache.kafka.connect.converters.ShortConverter",
        "org.apache.kafka.connect.converters.IntegerConverter",
        "org.apache.kafka.connect.converters.LongConverter",
        "org.apache.kafka.connect.converters.FloatConverter",
        "org.apache.kafka.connect.converters.DoubleConverter",
      ],
      load: () => import("./converters/number_converters.ts"),
    },
    {
      names: ["org.apache.kafka.connect.converters.BooleanConverter"],
      load: () => import("./converters/boolean_converter.ts"),
    },
    {
      names: ["org.apache.kafka.connect.storage.SimpleHeaderConverter"],
      load: () => import("./converters/simple_header_converter.ts"),
    },
  ];
