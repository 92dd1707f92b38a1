/** A date, which PyYAML and so `az ml` do not read as text: it has to be quoted where text is meant. */
export class YamlTimestamp {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
  toJSON(): string {
    return this.#text;
  }
}

export function isYamlTimestamp(value: unknown): value is YamlTimestamp {
  return value instanceof YamlTimestamp;
}
