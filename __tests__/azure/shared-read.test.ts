import { expect, it } from "@jest/globals";
import { sharedRead } from "../../src/azure/shared-read.ts";

/** A read whose answers are given by hand, in the order in which it was begun. */
function byHand() {
  const begun: ((value: number) => void)[] = [];
  const read = sharedRead(() => new Promise<number>((resolve) => begun.push(resolve)));
  return { read, begun };
}

it("gives everybody who calls while a read is in flight the next read, started after their call", async () => {
  const { read, begun } = byHand();
  const first = read();
  const [second, third] = [read(), read()];
  expect(begun).toHaveLength(1);
  begun[0]?.(1);
  expect(await first).toBe(1);
  await Promise.resolve();
  expect(begun).toHaveLength(2);
  begun[1]?.(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
});

it("starts a new read where none is in flight", async () => {
  const { read, begun } = byHand();
  const first = read();
  begun[0]?.(1);
  await first;
  const second = read();
  expect(begun).toHaveLength(2);
  begun[1]?.(2);
  expect(await second).toBe(2);
});
