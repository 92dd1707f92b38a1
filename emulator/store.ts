import { DatabaseSync } from "node:sqlite";

/** The emulator's memory: JSON documents by collection and key, in one file that survives a restart. */
export type Store = {
  readonly get: <Value>(collection: string, key: string) => Value | undefined;
  readonly put: (collection: string, key: string, value: unknown) => void;
  readonly remove: (collection: string, key: string) => void;
  /** In the order in which they were first put. */
  readonly list: <Value>(collection: string) => readonly { readonly key: string; readonly value: Value }[];
  readonly close: () => void;
};

export function openStore(path: string): Store {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  database.exec(
    "CREATE TABLE IF NOT EXISTS documents (number INTEGER PRIMARY KEY, collection TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (collection, key))",
  );
  const get = database.prepare("SELECT json FROM documents WHERE collection = ? AND key = ?");
  const put = database.prepare(
    "INSERT INTO documents (collection, key, json) VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET json = excluded.json",
  );
  const remove = database.prepare("DELETE FROM documents WHERE collection = ? AND key = ?");
  const list = database.prepare("SELECT key, json FROM documents WHERE collection = ? ORDER BY number");
  return {
    get: <Value>(collection: string, key: string) => {
      const row = get.get(collection, key) as { json: string } | undefined;
      return row === undefined ? undefined : (JSON.parse(row.json) as Value);
    },
    put: (collection, key, value) => void put.run(collection, key, JSON.stringify(value)),
    remove: (collection, key) => void remove.run(collection, key),
    list: <Value>(collection: string) =>
      (list.all(collection) as { key: string; json: string }[]).map(({ key, json }) => ({
        key,
        value: JSON.parse(json) as Value,
      })),
    close: () => database.close(),
  };
}
