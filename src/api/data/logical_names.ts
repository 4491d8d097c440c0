/** The schema names that mean more than their type, and the values they stand for. */

/** The name of schemas of Decimals. */
export const DECIMAL_NAME = "org.apache.kafka.connect.data.Decimal";
/** The name of schemas of days. */
export const DATE_NAME = "org.apache.kafka.connect.data.Date";
/** The name of schemas of times of day. */
export const TIME_NAME = "org.apache.kafka.connect.data.Time";
/** The name of schemas of moments. */
export const TIMESTAMP_NAME = "org.apache.kafka.connect.data.Timestamp";

/** What the values of a schema of that name are, when the name is a logical type's. */
export function logicalClassOf(name: string): "BigDecimal" | "Date" | null {
  switch (name) {
    case DECIMAL_NAME:
      return "BigDecimal";
    case DATE_NAME:
    case TIME_NAME:
    case TIMESTAMP_NAME:
      return "Date";
    default:
      return null;
  }
}
