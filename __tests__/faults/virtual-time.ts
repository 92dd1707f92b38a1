import { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

/**
 * Loaded into a process before everything else (`node --import`): its time jumps over every pause that it makes, for the
 * libraries in it, too. How many milliseconds it is ahead stands in the file that `VIRTUAL_TIME` names, so that a service
 * may go by the same time. What comes over the network takes as long as it takes.
 */
const file = process.env["VIRTUAL_TIME"] ?? "";
const RealDate = Date;
const realNow = Date.now.bind(Date);
const realDelay = timers.setTimeout;
let ahead = 0;

class VirtualDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(VirtualDate.now());
    else super(...(given as [number]));
  }
  static override now(): number {
    return realNow() + ahead;
  }
}
globalThis.Date = VirtualDate as DateConstructor;

timers.setTimeout = async <Value>(
  milliseconds = 0,
  value?: Value,
  options?: Parameters<typeof realDelay>[2],
): Promise<Value> => {
  const due = VirtualDate.now() + milliseconds;
  await realDelay(Math.min(milliseconds, 1), undefined, options);
  ahead = Math.max(ahead, due - realNow());
  writeFileSync(file, String(ahead));
  return value as Value;
};
syncBuiltinESMExports();
