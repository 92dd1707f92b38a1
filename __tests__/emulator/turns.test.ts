import { describe, expect, it } from "@jest/globals";
import { assert, integer, property, uniqueArray } from "fast-check";
import { createTurns } from "../../emulator/data-plane/turns.ts";

/** Shares of a hundred by the places at which it is cut. */
const shares = uniqueArray(integer({ min: 1, max: 99 }), { maxLength: 5 }).map((cuts) =>
  [...cuts, 100].sort((a, b) => a - b).map((cut, index, all) => [`d${index}`, cut - (all[index - 1] ?? 0)] as const),
);

function counted(turns: number, next: () => string | undefined): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < turns; turn += 1) {
    const name = next() ?? "nobody";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe("turns by shares", () => {
  it("give each exactly its percentage of a hundred", () => {
    assert(
      property(shares, (given) => {
        const turns = createTurns();
        const wanted = Object.fromEntries(given);
        expect(counted(100, () => turns.next("ep", wanted, 0))).toEqual(wanted);
      }),
    );
  });

  it("leave to nobody what is missing", () => {
    assert(
      property(integer({ min: 1, max: 50 }), (share) => {
        const turns = createTurns();
        const counts = counted(100, () => turns.next("ep", { green: share }, 100));
        expect(counts).toEqual({ green: share, nobody: 100 - share });
      }),
    );
  });

  it("never come to what has no share any more", () => {
    const turns = createTurns();
    counted(7, () => turns.next("ep", { blue: 90, green: 10 }, 0));
    expect(counted(20, () => turns.next("ep", { green: 100, blue: 0 }, 0))).toEqual({ green: 20 });
    expect(turns.next("ep", {}, 0)).toBeUndefined();
  });
});
