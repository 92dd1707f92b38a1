import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const page = read("docs/emulator.md");

describe("The page of the emulator", () => {
  it("has every kind of fault, and no other", () => {
    const declared = [...read("emulator/faults.ts").matchAll(/readonly kind: ((?:"[a-z-]+"(?: \| )?)+)/g)].flatMap(
      ([, kinds = ""]) => kinds.split(" | ").map((kind) => kind.replaceAll('"', "")),
    );
    expect(declared.length).toBeGreaterThan(12);
    const [, table = ""] = page.split("and a `kind`:");
    const listed = [...(table.split("\n## ")[0] ?? "").matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+)/gm)]
      .flatMap(([, kinds = ""]) => kinds.replaceAll("`", "").split(", "))
      .filter((kind) => kind !== "kind");
    expect(listed.sort()).toEqual([...new Set(declared)].sort());
  });

  it("names only control requests that there are", () => {
    const known = [...read("emulator/server/control-endpoint.ts").matchAll(/"[A-Z]+ \/_control\/([a-z-]+)"/g)].map(
      ([, path]) => path,
    );
    const named = [...page.matchAll(/\/_control\/([a-z-]+)/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((path) => !known.includes(path))).toEqual([]);
  });
});
