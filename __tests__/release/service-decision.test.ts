import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LiveV1Service } from "../../src/azure/v1-live-service.ts";
import type { ServiceChange } from "../../src/deployment/service/patch.ts";
import {
  decideService,
  isCandidateOf,
  isLeftCandidate,
  packChanges,
  serviceProperties as names,
  unpackChanges,
} from "../../src/release/service-decision.ts";

const back: readonly ServiceChange[] = [{ op: "replace", path: "/description", value: "first" }];

function live(properties: Readonly<Record<string, string>> = {}, more: Partial<LiveV1Service> = {}): LiveV1Service {
  return {
    name: "clf",
    computeType: "ACI",
    state: "Healthy",
    kvTags: {},
    properties,
    modelIds: [],
    auth: "none",
    fields: { environmentImageRequest: {} },
    ...more,
  };
}

const ours = { [names.digest]: "new" };
const passed = { ...ours, [names.tested]: "new" };
const older = { [names.digest]: "old", [names.tested]: "old" };
const cutOff = { ...ours, [names.tested]: "old", [names.before]: packChanges(back) };
const wanted = { type: "aci", digest: "new", fixed: [] } as const;

describe("what is done with a web service", () => {
  it.each([
    ["is made, where there is none", undefined, { do: "create" }],
    ["is left alone, where it is as declared and has passed", live(passed), { do: "none" }],
    ["is updated, where it is another", live(older), { do: "update" }],
    ["is updated, where somebody else has made it", live(), { do: "update" }],
    ["is updated, where it is as declared and not healthy", live(passed, { state: "Unhealthy" }), { do: "update" }],
    ["is tested, where the first release was cut off before", live(ours), { do: "finish", isFirst: true, back: [] }],
    [
      "is updated, where a first release of another was cut off, or it was not noted that it has passed",
      live({ [names.digest]: "old" }),
      { do: "update" },
    ],
    [
      "is made anew, where a first release of another has failed",
      live({ [names.digest]: "old" }, { state: "Unhealthy" }),
      { do: "create", leftover: true },
    ],
    [
      "is made anew, where a first release has failed",
      live(ours, { state: "Failed" }),
      { do: "create", leftover: true },
    ],
    [
      "is made anew, where a first one was kept",
      live({ ...ours, [names.kept]: "true" }),
      { do: "create", leftover: true },
    ],
    ["is tested, where an update was cut off before", live(cutOff), { do: "finish", isFirst: false, back }],
    [
      "goes back, where an update was cut off and has failed",
      live(cutOff, { state: "Failed" }),
      { do: "roll-back", back },
    ],
    [
      "goes back, where an update to something else was cut off",
      live({ ...cutOff, [names.digest]: "other" }),
      { do: "roll-back", back },
    ],
    [
      "is refused on another type",
      live(older, { computeType: "AKS" }),
      { do: "refuse", reason: "conflict", field: "name" },
    ],
    [
      "is refused where it was made of an image",
      live(older, { fields: {} }),
      { do: "refuse", reason: "not-supported" },
    ],
  ])("it %s", (_, service, expected) => {
    expect(decideService(wanted, service)).toMatchObject(expected);
  });

  it.each([
    ["cpu_cores", "not-supported"],
    ["compute", "conflict"],
  ])("an update of %s, which no patch changes, is refused as %s and names both values", (key, reason) => {
    const fixed = [{ key, from: "1", to: "2" }];
    expect(decideService({ ...wanted, fixed }, live(older))).toMatchObject({
      do: "refuse",
      reason,
      field: key,
      message: expect.stringMatching(new RegExp(`^${key} of the web service clf is 1, .* to 2`)),
    });
    // What is made anew has no former value.
    expect(decideService({ ...wanted, fixed }, undefined)).toEqual({ do: "create" });
  });

  it("never takes what has not passed for done, and never changes what has", () => {
    const word = fc.constantFrom("", "old", "new");
    const state = fc.constantFrom("Healthy", "Failed", "Unhealthy", "Transitioning");
    fc.assert(
      fc.property(word, word, fc.boolean(), state, (digest, tested, hasNote, at) => {
        const properties = {
          ...(digest === "" ? {} : { [names.digest]: digest }),
          ...(tested === "" ? {} : { [names.tested]: tested }),
          ...(hasNote ? { [names.before]: packChanges(back) } : {}),
        };
        const { do: what } = decideService(wanted, live(properties, { state: at }));
        const isDone = digest === "new" && tested === "new" && at === "Healthy";
        expect(what === "none").toBe(isDone);
        // Only what never passed, and does not serve, is removed to be made anew.
        if (what === "create") expect(tested === "" && digest !== "" && at !== "Healthy").toBe(true);
      }),
    );
  });
});

describe("a candidate", () => {
  const candidate = { [names.digest]: "new", [names.candidateOf]: "clf" };

  it.each([
    ["that a crash has left", live(candidate, { name: "clf-c" }), true, true],
    ["that was kept", live({ ...candidate, [names.kept]: "true" }), true, false],
    [
      "that was to be kept, and has failed",
      live({ ...candidate, [names.kept]: "if-failed" }, { state: "Failed" }),
      true,
      false,
    ],
    ["that was to be kept if it failed, and has not", live({ ...candidate, [names.kept]: "if-failed" }), true, true],
    ["of another service", live({ ...candidate, [names.candidateOf]: "other" }), false, false],
    ["that is a service of its own", live(passed), false, false],
    ["that somebody else has made", live({ [names.candidateOf]: "clf" }), false, false],
  ])("%s", (_, service, isOurs, isLeft) => {
    expect(isCandidateOf(service, "clf")).toBe(isOurs);
    expect(isLeftCandidate(service, "clf")).toBe(isLeft);
  });
});

describe("the note of an update", () => {
  it("leads back to the same changes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            op: fc.constantFrom("replace" as const, "add" as const),
            path: fc.string().map((text) => `/${text}`),
            value: fc.jsonValue(),
          }),
        ),
        (changes) => {
          const read = unpackChanges(packChanges(changes));
          expect(JSON.stringify(read)).toBe(JSON.stringify(changes));
        },
      ),
    );
  });

  it.each([
    "",
    "x",
    "e30=",
    Buffer.from("no gzip").toString("base64"),
    packChanges([{ op: "replace", path: "no", value: 1 }]),
  ])("leads to nothing where somebody else has written it: %s", (text) => {
    expect(unpackChanges(text)).toEqual([]);
  });

  it("is left out where it would be too long to be kept", () => {
    let text = "";
    for (let index = 0; index < 4000; index += 1) text += Math.sin(index).toString(36);
    expect(packChanges([{ op: "replace", path: "/environmentImageRequest", value: text }])).toBe("");
  });
});
