import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { phasesOf, type SeenStatus } from "../../src/run/phases.ts";

const at = (minute: number) => Date.parse("2026-01-01T00:00:00Z") + minute * 60_000;
const short = (seen: readonly SeenStatus[], times: Parameters<typeof phasesOf>[1]) =>
  phasesOf(seen, times).map(({ phase, startedAt, durationSeconds }) => [
    phase,
    (Date.parse(startedAt) - at(0)) / 60_000,
    durationSeconds / 60,
  ]);

describe("the phases of a run", () => {
  it("begin with its submission, and change when the service says so or when somebody saw it", () => {
    const seen = [
      { status: "Queued", at: at(1) },
      { status: "Preparing", at: at(3) },
      { status: "Running", at: at(6) },
      { status: "Finalizing", at: at(9) },
      { status: "Completed", at: at(10) },
    ];
    expect(short(seen, { submittedAt: at(0), startedAt: at(5), endedAt: at(10) })).toEqual([
      ["queued", 0, 3],
      ["preparing", 3, 2],
      ["running", 5, 5],
    ]);
  });

  it.each([
    {
      when: "it was over when somebody looked first",
      seen: [{ status: "Completed", at: at(60) }],
      times: { submittedAt: at(0), startedAt: at(2), endedAt: at(5) },
      expected: [
        ["queued", 0, 2],
        ["running", 2, 3],
      ],
    },
    {
      when: "it was cancelled while it waited",
      seen: [{ status: "Queued", at: at(1) }],
      times: { submittedAt: at(0), endedAt: at(4) },
      expected: [["queued", 0, 4]],
    },
    {
      when: "the service's clock is behind",
      seen: [{ status: "Preparing", at: at(4) }],
      times: { submittedAt: at(0), startedAt: at(3), endedAt: at(8) },
      expected: [
        ["queued", 0, 4],
        ["preparing", 4, 0],
        ["running", 4, 4],
      ],
    },
    { when: "nothing is known", seen: [], times: { endedAt: at(8) }, expected: [] },
    {
      when: "its state is one that nobody knows",
      seen: [{ status: "Levitating", at: at(1) }],
      times: { submittedAt: at(0), endedAt: at(8) },
      expected: [["queued", 0, 8]],
    },
  ])("are known as far as anything is: $when", ({ seen, times, expected }) => {
    expect(short(seen, times)).toEqual(expected);
  });

  it("follow each other without a gap, none of them backwards, and the last ends with the run", () => {
    const minute = fc.integer({ min: 0, max: 100 });
    const some = fc.option(minute, { nil: undefined });
    const status = fc.constantFrom("NotStarted", "Queued", "Preparing", "Running", "Finalizing", "Canceled", "Paused");
    fc.assert(
      fc.property(fc.array(fc.tuple(status, minute)), some, some, minute, (seen, submitted, started, ended) => {
        const time = (value: number | undefined) => (value === undefined ? undefined : at(value));
        const phases = phasesOf(
          seen.map(([word, when]) => ({ status: word, at: at(when) })),
          { submittedAt: time(submitted), startedAt: time(started), endedAt: at(ended) },
        );
        const ends = phases.map(({ startedAt, durationSeconds }) => Date.parse(startedAt) + durationSeconds * 1000);
        for (const [index, { startedAt, durationSeconds }] of phases.entries()) {
          expect(durationSeconds).toBeGreaterThanOrEqual(0);
          if (index > 0) expect(Date.parse(startedAt)).toBe(ends[index - 1]);
        }
        if (phases.length > 0) expect(ends.at(-1)).toBe(at(ended));
      }),
    );
  });
});
