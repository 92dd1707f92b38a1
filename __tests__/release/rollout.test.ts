import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import type { Strategy } from "../../src/deployment/parts/strategy.ts";
import {
  decideRollout,
  keptKey,
  type Declared,
  type EndpointState,
  type Rollout,
  type RolloutDeployment,
  type RolloutEndpoint,
} from "../../src/release/rollout.ts";
import { oldOf } from "../../src/release/rollout-names.ts";
import { isSameTraffic, shareOf, sumOf, without } from "../../src/release/traffic.ts";
import type { Traffic } from "../../src/report/result.ts";

const [one, two, three] = ["1".repeat(64), "2".repeat(64), "3".repeat(64)];

type Live = Partial<Omit<RolloutEndpoint, "deployments">> & {
  /** A digest, `foreign`, or a state behind a digest. */
  readonly deployments?: Readonly<Record<string, string | readonly [string, RolloutDeployment["state"]]>>;
};

function live({ deployments = {}, ...fields }: Live): RolloutEndpoint {
  return {
    isAsDeclared: true,
    traffic: {},
    mirror: {},
    marks: { kept: [] },
    deployments: Object.entries(deployments).map(([name, what]) => {
      const [digest, state] = typeof what === "string" ? ([what, "ready"] as const) : what;
      return { name, state, ...(digest === "foreign" ? {} : { digest }) };
    }),
    ...fields,
  };
}

/** In short: `deploy green (create)`, `traffic blue 100`, … */
function told(decision: ReturnType<typeof decideRollout>): readonly string[] {
  if ("refused" in decision) return [decision.refused];
  return decision.steps.map((step) => {
    switch (step.do) {
      case "put-endpoint":
        return `${step.why} ${stateShown(step.to)}`.trim();
      case "deploy":
        return `deploy ${step.name} (${step.how})`;
      case "test":
        return `test ${step.name}`;
      case "wait":
        return `wait ${step.seconds}`;
      case "remove":
        return `remove ${step.name} (${step.why})`;
    }
  });
}

function stateShown({ traffic, mirror, marks }: EndpointState): string {
  const shares = (map: Traffic) => Object.entries(map).map(([name, share]) => `${name} ${share}`);
  return [
    ...shares(traffic),
    ...shares(mirror).map((share) => `mirror ${share}`),
    ...(marks.releasing === undefined ? [] : [`[${marks.releasing}]`]),
    ...marks.kept.map((key) => `+${key.split(":")[0]}`),
  ].join(" ");
}

const canary: Strategy = { type: "canary", steps: [10, 50, 100], waitSeconds: 60, keepOld: false };
const shadow: Strategy = { type: "shadow", mirror: 10, waitSeconds: 30, promote: false, keepOld: false };

type Case = {
  readonly what: string;
  readonly declared?: Partial<Declared>;
  readonly name?: string;
  readonly digest?: string;
  readonly live?: Live;
  readonly steps: readonly string[];
};

const first: readonly Case[] = [
  {
    what: "makes the endpoint, deploys at 0 %, tests, and then gives traffic",
    steps: ["create", "deploy blue (create)", "test blue", "move blue 100"],
  },
  {
    what: "goes on with what a crash has left",
    live: { deployments: { blue: two } },
    steps: ["deploy blue (join)", "test blue", "move blue 100"],
  },
  {
    what: "replaces what a crash of another definition has left under its name",
    live: { deployments: { blue: one } },
    steps: ["remove blue (name-needed)", "deploy blue (create)", "test blue", "move blue 100"],
  },
  {
    what: "removes what has failed, because the service does not repair it",
    live: { deployments: { blue: [two, "failed"] } },
    steps: ["remove blue (failed)", "deploy blue (create)", "test blue", "move blue 100"],
  },
  {
    what: "updates somebody else's deployment without traffic in place",
    live: { deployments: { blue: "foreign" } },
    steps: ["deploy blue (replace)", "test blue", "move blue 100"],
  },
  {
    what: "gets all of the traffic, whatever its share will be",
    declared: { endpoint: { traffic: { blue: 20, green: 80 } } },
    steps: ["create", "deploy blue (create)", "test blue", "move blue 100"],
  },
  {
    what: "stays at 0 % where it is declared so, and is marked as kept",
    declared: { endpoint: { traffic: { blue: 0 } } },
    steps: ["create", "deploy blue (create)", "test blue", "mark +blue"],
  },
  {
    what: "is no canary: nothing is there to share with",
    declared: { strategy: canary },
    steps: ["create", "deploy blue (create)", "test blue", "move blue 100"],
  },
];

const again: readonly Case[] = [
  {
    what: "of the same definition is no work at all",
    live: { traffic: { blue: 100 }, deployments: { blue: two } },
    steps: [],
  },
  {
    what: "of the same definition under another name is none either",
    live: { traffic: { green: 100 }, deployments: { green: two } },
    steps: [],
  },
  {
    what: "of the same definition updates an endpoint that differs, with the traffic as it is",
    live: { isAsDeclared: false, traffic: { green: 100 }, deployments: { green: two } },
    steps: ["update green 100"],
  },
  {
    what: "takes the other colour, moves the traffic after the tests, and removes the old one",
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: ["deploy green (create)", "test green", "move green 100", "remove blue (old)"],
  },
  {
    what: "goes back to the file's name where that has no traffic",
    live: { traffic: { green: 100 }, deployments: { green: one } },
    steps: ["deploy blue (create)", "test blue", "move blue 100", "remove green (old)"],
  },
  {
    what: "gets a name with its digest where the name is no colour",
    name: "clf",
    live: { traffic: { clf: 100 }, deployments: { clf: one } },
    steps: ["deploy clf-222222 (create)", "test clf-222222", "move clf-222222 100", "remove clf (old)"],
  },
  {
    what: "cuts a long name so that the digest fits",
    name: "a".repeat(31),
    live: { traffic: { ["a".repeat(31)]: 100 }, deployments: { ["a".repeat(31)]: one } },
    steps: [
      `deploy ${"a".repeat(25)}-222222 (create)`,
      `test ${"a".repeat(25)}-222222`,
      `move ${"a".repeat(25)}-222222 100`,
      `remove ${"a".repeat(31)} (old)`,
    ],
  },
  {
    what: "keeps the old one at 0 %, marked, with keep_old",
    declared: { strategy: { type: "blue-green", keepOld: true } },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: ["deploy green (create)", "test green", "move green 100 +blue"],
  },
  {
    what: "does not remove what is kept",
    live: { traffic: { blue: 100 }, deployments: { blue: two, green: one }, marks: { kept: [keptKey("green", one)] } },
    steps: [],
  },
  {
    what: "removes what is kept where its name is needed",
    live: {
      traffic: { blue: 100 },
      deployments: { blue: one, green: three },
      marks: { kept: [keptKey("green", three)] },
    },
    steps: ["remove green (name-needed)", "deploy green (create)", "test green", "move green 100", "remove blue (old)"],
  },
  {
    what: "goes back to a kept one of its definition without making it anew",
    live: { traffic: { blue: 100 }, deployments: { blue: one, green: two }, marks: { kept: [keptKey("green", two)] } },
    steps: ["deploy green (join)", "test green", "move green 100", "remove blue (old)"],
  },
  {
    what: "removes what a crash has left, and nothing of anybody else's",
    live: { traffic: { blue: 100 }, deployments: { blue: two, green: one, mine: "foreign" } },
    steps: ["remove green (left-over)"],
  },
  {
    what: "gives the declared share to whatever name it gets, and the rest to the old one",
    declared: { endpoint: { traffic: { blue: 30 } } },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: ["deploy green (create)", "test green", "move blue 70 green 30"],
  },
  {
    what: "with that share is done",
    declared: { endpoint: { traffic: { green: 30 } } },
    name: "green",
    live: { traffic: { blue: 70, green: 30 }, deployments: { blue: one, green: two } },
    steps: [],
  },
  {
    what: "replaces its own earlier release, and leaves the others their shares",
    name: "green",
    declared: { endpoint: { traffic: { blue: 80, green: 20 } } },
    live: { traffic: { blue: 80, green: 20 }, deployments: { blue: three, green: one } },
    steps: ["deploy green-222222 (create)", "test green-222222", "move blue 80 green-222222 20", "remove green (old)"],
  },
  {
    what: "does not remove deployments that it does not replace, and marks ours as kept",
    name: "clf",
    live: { traffic: { a: 50, b: 50 }, deployments: { a: one, b: "foreign" } },
    steps: ["deploy clf (create)", "test clf", "move clf 100 +a"],
  },
];

const inSteps: readonly Case[] = [
  {
    what: "tests before each share and after each wait, and removes the old one in the end",
    declared: { strategy: canary },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: [
      "deploy green (create)",
      "test green",
      "share blue 90 green 10 [green]",
      "wait 60",
      "test green",
      "share blue 50 green 50 [green]",
      "wait 60",
      "test green",
      "move green 100",
      "test green",
      "remove blue (old)",
    ],
  },
  {
    what: "starts again from the old one where it was cut off",
    declared: { strategy: { ...canary, steps: [50, 100], waitSeconds: 0 } },
    live: {
      traffic: { blue: 90, green: 10 },
      deployments: { blue: one, green: two },
      marks: { releasing: "green", kept: [] },
    },
    steps: [
      "start-over blue 100",
      "deploy green (join)",
      "test green",
      "share blue 50 green 50 [green]",
      "test green",
      "move green 100",
      "test green",
      "remove blue (old)",
    ],
  },
  {
    what: "of another definition takes the place of one that was cut off",
    live: {
      traffic: { blue: 90, green: 10 },
      deployments: { blue: one, green: three },
      marks: { releasing: "green", kept: [] },
    },
    steps: [
      "start-over blue 100",
      "remove green (name-needed)",
      "deploy green (create)",
      "test green",
      "move green 100",
      "remove blue (old)",
    ],
  },
  {
    what: "ends at the declared share",
    declared: { strategy: { ...canary, waitSeconds: 0 }, endpoint: { traffic: { blue: 40 } } },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: [
      "deploy green (create)",
      "test green",
      "share blue 90 green 10 [green]",
      "test green",
      "move blue 60 green 40",
      "test green",
    ],
  },
];

const mirrored: readonly Case[] = [
  {
    what: "mirrors, waits and tests, and leaves the new one at 0 %, marked",
    declared: { strategy: shadow },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: [
      "deploy green (create)",
      "mirror blue 100 mirror green 10 [green]",
      "wait 30",
      "test green",
      "end-mirror blue 100 +green",
    ],
  },
  {
    what: "is done then",
    declared: { strategy: shadow },
    live: { traffic: { blue: 100 }, deployments: { blue: one, green: two }, marks: { kept: [keptKey("green", two)] } },
    steps: [],
  },
  {
    what: "goes on as blue-green where it is promoted",
    declared: { strategy: { ...shadow, waitSeconds: 0, promote: true } },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: [
      "deploy green (create)",
      "mirror blue 100 mirror green 10 [green]",
      "test green",
      "move green 100",
      "remove blue (old)",
    ],
  },
  {
    what: "that was cut off loses its mirror first",
    live: {
      traffic: { blue: 100 },
      mirror: { green: 10 },
      deployments: { blue: one, green: three },
      marks: { releasing: "green", kept: [] },
    },
    steps: [
      "start-over blue 100",
      "remove green (name-needed)",
      "deploy green (create)",
      "test green",
      "move green 100",
      "remove blue (old)",
    ],
  },
  {
    what: "leaves somebody else's mirror alone",
    live: { traffic: { blue: 100 }, mirror: { other: 5 }, deployments: { blue: one, other: "foreign" } },
    steps: ["deploy green (create)", "test green", "move green 100 mirror other 5", "remove blue (old)"],
  },
];

const inPlace: readonly Case[] = [
  {
    what: "updates the deployment of that name, and moves nothing",
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: ["deploy blue (replace)", "test blue", "mark blue 100 +blue"],
  },
  {
    what: "is no work where nothing differs",
    live: { traffic: { blue: 100 }, deployments: { blue: two }, marks: { kept: [keptKey("blue", two)] } },
    steps: [],
  },
  {
    what: "tests what a crash has left untested, though it serves",
    live: { traffic: { blue: 100 }, deployments: { blue: two }, marks: { kept: [keptKey("blue", one)] } },
    steps: ["deploy blue (join)", "test blue", "mark blue 100 +blue"],
  },
  {
    what: "sets the traffic as declared, once it is tested",
    declared: { endpoint: { traffic: { blue: 60, green: 40 } } },
    live: { traffic: { green: 100 }, deployments: { green: one } },
    steps: ["deploy blue (create)", "test blue", "move blue 60 green 40 +blue"],
  },
  {
    what: "gives the first one all of the traffic",
    steps: ["create", "deploy blue (create)", "test blue", "move blue 100 +blue"],
  },
  {
    what: "marks what the declared traffic leaves without any",
    declared: { endpoint: { traffic: { green: 100, blue: 0 } } },
    live: { traffic: { green: 100 }, deployments: { green: one } },
    steps: ["deploy blue (create)", "test blue", "mark green 100 +blue"],
  },
  {
    what: "refuses traffic for what is not there",
    declared: { endpoint: { traffic: { red: 100 } } },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: ["The traffic names the deployment 'red', which the endpoint does not have."],
  },
  {
    what: "refuses to take all of the traffic away",
    declared: { endpoint: { traffic: { blue: 0 } } },
    live: { traffic: { blue: 100 }, deployments: { blue: one } },
    steps: ["The traffic sums to 0, which would take all of it from blue 100 %."],
  },
];

function decide(
  { declared = {}, name = "blue", digest = two, live: at }: Case,
  strategy?: Strategy,
): readonly string[] {
  const whole = { endpoint: {}, ...(strategy === undefined ? {} : { strategy }), ...declared };
  return told(decideRollout({ ...whole, deployment: { name, digest } }, at === undefined ? undefined : live(at)));
}

describe("a first release", () => {
  it.each(first)("$what", (example) => expect(decide(example)).toEqual(example.steps));
});

describe("a release beside live traffic", () => {
  it.each(again)("$what", (example) => expect(decide(example)).toEqual(example.steps));
});

describe("a canary", () => {
  it.each(inSteps)("$what", (example) => expect(decide(example)).toEqual(example.steps));
});

describe("a shadow", () => {
  it.each(mirrored)("$what", (example) => expect(decide(example)).toEqual(example.steps));
});

describe("replace", () => {
  it.each(inPlace)("$what", (example) => expect(decide(example, { type: "replace" })).toEqual(example.steps));
});

describe("an endpoint alone", () => {
  const alone = (declared: Declared, at?: Live) =>
    told(decideRollout(declared, at === undefined ? undefined : live(at)));

  it("is made, updated where it differs, and else left alone", () => {
    expect(alone({ endpoint: {} })).toEqual(["create"]);
    const there = { traffic: { blue: 100 }, deployments: { blue: one } };
    expect(alone({ endpoint: {} }, { ...there, isAsDeclared: false })).toEqual(["update blue 100"]);
    expect(alone({ endpoint: {} }, there)).toEqual([]);
  });

  it("is written again where its last write has failed, whatever it shows", () => {
    const there = { traffic: { blue: 100 }, deployments: { blue: one }, hasFailed: true };
    expect(alone({ endpoint: {} }, there)).toEqual(["repair blue 100"]);
    const declared = { deployment: { name: "blue", digest: one } };
    expect(told(decideRollout(declared, live(there)))).toEqual(["repair blue 100"]);
    const replaced = { ...there, marks: { kept: [keptKey("blue", one)] } };
    expect(told(decideRollout({ ...declared, strategy: { type: "replace" } }, live(replaced)))).toEqual([
      "repair blue 100 +blue",
    ]);
  });

  it("gets the traffic that it declares, between deployments that are there", () => {
    const there = { traffic: { blue: 100 }, deployments: { blue: one, green: two } };
    expect(alone({ endpoint: { traffic: { blue: 50, green: 50 } } }, there)).toEqual(["move blue 50 green 50"]);
    expect(alone({ endpoint: { traffic: { red: 100 } } }, there)).toEqual([
      "The traffic names the deployment 'red', which the endpoint does not have.",
    ]);
  });
});

it("a deployment needs an endpoint, declared or live", () => {
  const deployment = { name: "blue", digest: two };
  expect(told(decideRollout({ deployment }, undefined))).toEqual([
    "There is no endpoint of this name, and none is declared.",
  ]);
  expect(told(decideRollout({ deployment }, live({})))[0]).toBe("deploy blue (create)");
});

const names = ["blue", "green", "clf", "clf-222222", "Other"] as const;
const digests = [one, two, three] as const;

const endpointOf = fc
  .record({
    deployments: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...names),
        digest: fc.option(fc.constantFrom(...digests), { nil: undefined }),
        state: fc.constantFrom("ready", "ready", "in-flight", "failed", "leaving"),
      }),
      { selector: ({ name }) => name },
    ),
    cuts: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }),
    releasing: fc.option(fc.constantFrom(...names), { nil: undefined }),
    keeps: fc.boolean(),
    mirror: fc.integer({ min: 0, max: 50 }),
    isAsDeclared: fc.boolean(),
    hasFailed: fc.boolean(),
  })
  .map(({ deployments: any, cuts, releasing, keeps, mirror, isAsDeclared, hasFailed }): RolloutEndpoint => {
    // The action makes one deployment of each definition.
    const deployments = any.filter(
      ({ digest }, at) => digest === undefined || any.findIndex((one) => one.digest === digest) === at,
    );
    const serving = deployments.filter(({ state }) => state === "ready");
    const bounds = [0, ...new Set(cuts.slice(0, Math.max(0, serving.length - 1)).sort((a, b) => a - b)), 100];
    const shares = serving.slice(0, bounds.length - 1).map(({ name }, index): [string, number] => {
      return [name, (bounds[index + 1] ?? 100) - (bounds[index] ?? 0)];
    });
    const idle = serving.find(({ name }) => !shares.some(([one]) => one === name));
    return {
      isAsDeclared,
      hasFailed,
      traffic: serving.length === 0 ? {} : Object.fromEntries(shares),
      mirror: idle === undefined || mirror === 0 ? {} : { [idle.name]: mirror },
      marks: {
        ...(releasing === undefined ? {} : { releasing }),
        kept: keeps
          ? deployments.flatMap(({ name, digest }) => (digest === undefined ? [] : [keptKey(name, digest)]))
          : [],
      },
      deployments: deployments.map(({ name, digest, state }) => ({
        name,
        state: state,
        ...(digest === undefined ? {} : { digest }),
      })),
    };
  });

const strategyOf = fc.option(
  fc.oneof(
    fc.constant<Strategy>({ type: "replace" }),
    fc.boolean().map((keepOld): Strategy => ({ type: "blue-green", keepOld })),
    fc.boolean().map((keepOld): Strategy => ({ ...canary, keepOld })),
    fc.record({ promote: fc.boolean(), keepOld: fc.boolean() }).map((rest): Strategy => ({ ...shadow, ...rest })),
  ),
  { nil: undefined },
);

const declaredOf = fc
  .record({
    name: fc.constantFrom("blue", "green", "clf"),
    share: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    strategy: strategyOf,
  })
  .map(({ name, share, strategy }): Declared => ({
    endpoint: share === undefined || strategy?.type === "replace" ? {} : { traffic: { [name]: share } },
    deployment: { name, digest: two },
    ...(strategy === undefined ? {} : { strategy }),
  }));

/** What the steps lead to, if every one of them succeeds. @param upTo how many of them. */
function after(endpoint: RolloutEndpoint, steps: Rollout["steps"], upTo = steps.length): RolloutEndpoint {
  return steps.slice(0, upTo).reduce((now: RolloutEndpoint, step) => {
    const others = (name: string) => now.deployments.filter((one) => one.name.toLowerCase() !== name.toLowerCase());
    switch (step.do) {
      case "put-endpoint":
        return { ...now, ...step.to, isAsDeclared: true, hasFailed: false };
      case "deploy": {
        return { ...now, deployments: [...others(step.name), { name: step.name, state: "ready", digest: two }] };
      }
      case "remove":
        return { ...now, deployments: others(step.name) };
      default:
        return now;
    }
  }, endpoint);
}

describe("whatever is live and declared, a rollout", () => {
  const checked = (assertion: (rollout: Rollout, endpoint: RolloutEndpoint, declared: Declared) => void) =>
    fc.assert(
      fc.property(endpointOf, declaredOf, (endpoint, declared) => {
        const decision = decideRollout(declared, endpoint);
        if (!("refused" in decision)) assertion(decision, endpoint, declared);
      }),
      { numRuns: 500 },
    );

  it("sends maps that sum to 100, or to 0 before the first release, and that name what is there", () => {
    checked(({ steps }, endpoint) => {
      for (const [index, step] of steps.entries()) {
        if (step.do !== "put-endpoint") continue;
        const sum = sumOf(step.to.traffic);
        expect(sum === 100 || (sum === 0 && sumOf(endpoint.traffic) === 0)).toBe(true);
        const there = after(endpoint, steps, index).deployments.map(({ name }) => name);
        for (const name of [...Object.keys(step.to.traffic), ...Object.keys(step.to.mirror)])
          expect(there).toContain(name);
        for (const share of Object.values(step.to.traffic)) expect(Number.isInteger(share) && share > 0).toBe(true);
        for (const name of Object.keys(step.to.mirror)) expect(shareOf(step.to.traffic, name)).toBe(0);
      }
    });
  });

  it("gives the new one traffic only after it was tested", () => {
    checked(({ steps, name = "" }, endpoint) => {
      let isTested = false;
      let has = shareOf(endpoint.traffic, name);
      for (const step of steps) {
        if (step.do === "deploy") isTested = false;
        if (step.do === "test") isTested = true;
        if (step.do !== "put-endpoint") continue;
        const share = shareOf(step.to.traffic, name);
        // What is given back is nothing that is released.
        if (share > has && step.why !== "start-over") expect(isTested).toBe(true);
        has = share;
      }
    });
  });

  it("removes nothing that has traffic at that moment, and nothing of anybody else's that did not serve", () => {
    checked(({ steps }, endpoint) => {
      for (const [index, step] of steps.entries()) {
        if (step.do !== "remove") continue;
        const now = after(endpoint, steps, index);
        expect(shareOf(now.traffic, step.name)).toBe(0);
        expect(shareOf(now.mirror, step.name)).toBe(0);
        const before = endpoint.deployments.find(({ name }) => name === step.name);
        const isTheirs = before?.digest === undefined && shareOf(endpoint.traffic, step.name) === 0;
        if (isTheirs) expect(step.why).toBe("failed");
      }
    });
  });

  it("has nothing left to do once it was carried out", () => {
    checked(({ steps }, endpoint, declared) => {
      const done = decideRollout(declared, after(endpoint, steps));
      expect("refused" in done ? done : done.steps).toEqual([]);
    });
  });

  it("that is cut off anywhere leaves nothing that has traffic and is never tested", () => {
    fc.assert(
      fc.property(endpointOf, declaredOf, fc.nat(), (endpoint, declared, at) => {
        const { steps, name = "", ...whole } = { name: undefined, steps: [], ...decideRollout(declared, endpoint) };
        if ("refused" in whole || steps.length === 0) return;
        const done = steps.slice(0, at % steps.length);
        const deployed = done.findLastIndex((step) => step.do === "deploy" && step.how !== "join");
        const isTested = done.slice(deployed).some((step) => step.do === "test");
        const cut = after(endpoint, done);
        if (deployed < 0 || isTested || shareOf(cut.traffic, name) === 0) return;
        const next = decideRollout(declared, cut);
        expect("refused" in next ? next : next.steps).toContainEqual({ do: "test", name });
      }),
      { numRuns: 500 },
    );
  });

  it("that is cut off anywhere leads to the same traffic with the next run", () => {
    fc.assert(
      fc.property(endpointOf, declaredOf, fc.nat(), (endpoint, declared, at) => {
        const whole = decideRollout(declared, endpoint);
        if ("refused" in whole || whole.steps.length === 0) return;
        const cut = after(endpoint, whole.steps, at % whole.steps.length);
        const next = decideRollout(declared, cut);
        if ("refused" in next) throw new Error(next.refused);
        const end = after(cut, next.steps);
        const wanted = after(endpoint, whole.steps);
        const { name = "" } = whole;
        expect(shareOf(end.traffic, name)).toBe(shareOf(wanted.traffic, name));
        // What several give in proportion is rounded to whole per cents at each step, and so is what they get back.
        const others = without(endpoint.traffic, name);
        const old = oldOf(declared.deployment?.name ?? "", others);
        const isGivenByOne = old !== undefined && shareOf(others, old) >= shareOf(wanted.traffic, name);
        if (Object.keys(others).length <= 1 || isGivenByOne)
          expect(isSameTraffic(end.traffic, wanted.traffic)).toBe(true);
        expect(Object.keys(end.mirror)).toEqual(Object.keys(wanted.mirror));
      }),
      { numRuns: 500 },
    );
  });
});
