import { expect, it } from "@jest/globals";
import { createProgress } from "../../src/attach/progress.ts";
import type { Clock } from "../../src/clock.ts";

/** A clock that goes on only when it is told to; sleepers wake in their order. */
function handClock() {
  let now = 0;
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (seconds, signal) =>
      new Promise((wake, stop) => {
        sleepers.push({ at: now + seconds * 1000, wake });
        signal?.addEventListener("abort", () => stop(new Error("stopped")));
      }),
  };
  const pass = async (seconds: number) => {
    for (const end = now + seconds * 1000; now < end;) {
      now += 1000;
      const due = sleepers.filter(({ at }) => at <= now);
      sleepers = sleepers.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
      // What was woken looks at the clock before it goes on.
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return { clock, pass, sleeping: () => sleepers.length };
}

it("gives each line the time since the start, and after a minute of silence says what it is waiting for", async () => {
  const lines: string[] = [];
  const { clock, pass } = handClock();
  const progress = createProgress(["gpu", "dsvm"], { clock, write: (line) => lines.push(line) });
  progress.onProgress("gpu", "Creating");
  await pass(12);
  progress.onProgress("gpu", "Creating, 1 of 4 nodes, Resizing");
  progress.onEnd("dsvm", "Succeeded after 12 s.");
  await pass(200);
  progress.onEnd("gpu", "Succeeded after 3 min 32 s.");
  progress.stop();
  await pass(200);
  expect(lines).toEqual([
    "[        0 s] gpu: Creating",
    "[       12 s] gpu: Creating, 1 of 4 nodes, Resizing",
    "[       12 s] dsvm: Succeeded after 12 s.",
    "[ 1 min 12 s] still waiting for gpu (Creating, 1 of 4 nodes, Resizing, for 1 min 00 s)",
    "[ 2 min 12 s] still waiting for gpu (Creating, 1 of 4 nodes, Resizing, for 2 min 00 s)",
    "[ 3 min 12 s] still waiting for gpu (Creating, 1 of 4 nodes, Resizing, for 3 min 00 s)",
    "[ 3 min 32 s] gpu: Succeeded after 3 min 32 s.",
  ]);
});

it("names a target without any progress so far", async () => {
  const lines: string[] = [];
  const { clock, pass } = handClock();
  const progress = createProgress(["gpu"], { clock, write: (line) => lines.push(line) });
  await pass(60);
  progress.stop();
  expect(lines).toEqual(["[ 1 min 00 s] still waiting for gpu (started, for 1 min 00 s)"]);
});
