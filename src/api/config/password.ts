/** Text that is never printed. Kafka: `org.apache.kafka.common.config.types.Password`. */
export class Password {
  readonly #value: string;

  /** Hides `value`. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself. */
  get value(): string {
    return this.#value;
  }

  /** What is shown in its stead. */
  toString(): string {
    return "[hidden]";
  }

  /** What is shown in its stead. */
  toJSON(): string {
    return "[hidden]";
  }

  /** What a console shows in its stead. */
  [Symbol.for("Deno.customInspect")](): string {
    return "[hidden]";
  }
}
