import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { fromIsoDuration } from "../../../src/azure/iso-duration.ts";
import { millisecondsMember, secondsMember } from "../../../src/deployment/parts/duration.ts";

it.each([
  [1, "PT0.001S"],
  [600, "PT0.6S"],
  [5000, "PT5S"],
  [61_234, "PT1M1.234S"],
  [60_500, "PT1M0.5S"],
  [86_400_500, "P1DT0.5S"],
  [90_061_001, "P1DT1H1M1.001S"],
])("%i milliseconds are %s, as the official client has them", (milliseconds, text) => {
  expect(millisecondsMember(milliseconds)).toBe(text);
});

it("0 says nothing, of seconds and of milliseconds", () => {
  expect([secondsMember(0), millisecondsMember(0), secondsMember(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it("no millisecond is lost", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400_000_000 }), (milliseconds) => {
      const seconds = fromIsoDuration(millisecondsMember(milliseconds) ?? "") ?? 0;
      expect(Math.round(seconds * 1000)).toBe(milliseconds);
    }),
  );
});
