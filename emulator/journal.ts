import { appendFileSync } from "node:fs";

/** One request that reached the emulator. */
export type JournalEntry = {
  readonly number: number;
  /** When it was answered, ISO 8601. */
  readonly time: string;
  /** When its head had come in: milliseconds since the epoch, with fractions. */
  readonly arrivedMs: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly status: number | "reset";
  /** Parsed, without secrets. */
  readonly body?: unknown;
  /** The kinds of the faults that it met, if any. */
  readonly fault?: string;
};

export type Journal = {
  readonly add: (
    entry: Omit<JournalEntry, "number" | "time" | "query" | "body"> & {
      readonly query: URLSearchParams;
      readonly body?: unknown;
    },
  ) => void;
  readonly entries: () => readonly JournalEntry[];
  readonly clear: () => void;
};

const secretNames =
  /pass(word|phrase)?$|^privateKeyData$|secret|token|assertion|^key$|^sig$|connectionString|^(primary|secondary|ssl)Key$|^keyValue$/i;

/** Keeps the journal in memory and in a file, one line of JSON for each request. */
export function createJournal(file: string): Journal {
  let entries: JournalEntry[] = [];
  return {
    add: ({ query, body, ...rest }) => {
      const entry: JournalEntry = {
        number: entries.length + 1,
        time: new Date().toISOString(),
        ...rest,
        query: Object.fromEntries([...query].map(([name, value]) => [name, secretNames.test(name) ? "***" : value])),
        ...(body === undefined ? {} : { body: withoutSecrets(body) }),
      };
      entries.push(entry);
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
    },
    entries: () => entries,
    clear: () => {
      entries = [];
    },
  };
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  // A change of a JSON Patch names what its value is.
  const { path } = value as { readonly path?: unknown };
  const isOfSecret = typeof path === "string" && secretNames.test(path.split("/").at(-1) ?? "");
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      (secretNames.test(key) || (isOfSecret && key === "value")) && typeof member === "string"
        ? "***"
        : withoutSecrets(member),
    ]),
  );
}
