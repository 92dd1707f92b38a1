import type { Strategy } from "../deployment/parts/strategy.ts";
import type { Traffic } from "../report/result.ts";
import { freeName, oldOf } from "./rollout-names.ts";
import { isSameName } from "./live-endpoint.ts";
import { isSameTraffic, normalized, shareOf, sumOf, trafficText, without, withShare } from "./traffic.ts";

/** A live deployment, as far as a rollout depends on it. */
export type RolloutDeployment = {
  readonly name: string;
  readonly state: "ready" | "in-flight" | "leaving" | "failed";
  /** Of its definition; absent for one that this action has not made. */
  readonly digest?: string;
};

/** What later runs have to know, kept with the endpoint: it is written together with the traffic that it explains. */
export type Marks = {
  /** The deployment whose release has begun to move traffic, and has not ended. */
  readonly releasing?: string;
  /**
   * Deployments that stay on purpose without traffic, and those that were updated in place and have passed their tests, by
   * {@link keptKey}; what has failed and stays, by {@link failedKey}.
   */
  readonly kept: readonly string[];
};

/** A live endpoint, as far as a rollout depends on it. */
export type RolloutEndpoint = {
  /** False where members that are declared differ, so that it has to be written. */
  readonly isAsDeclared: boolean;
  /** True where its last write has not succeeded: it is written again, whatever it shows. */
  readonly hasFailed?: boolean;
  readonly traffic: Traffic;
  readonly mirror: Traffic;
  readonly marks: Marks;
  readonly deployments: readonly RolloutDeployment[];
};

export type Declared = {
  /** Absent: the endpoint is not declared. */
  readonly endpoint?: { readonly traffic?: Traffic; readonly mirror?: Traffic };
  /** Absent: the endpoint alone is declared. */
  readonly deployment?: { readonly name: string; readonly digest: string };
  readonly strategy?: Strategy;
};

/** What an endpoint is written with: everything of it that is not declared. */
export type EndpointState = { readonly traffic: Traffic; readonly mirror: Traffic; readonly marks: Marks };

export type RolloutStep =
  | {
      readonly do: "put-endpoint";
      readonly why: "create" | "update" | "repair" | "start-over" | "mirror" | "end-mirror" | "share" | "move" | "mark";
      readonly to: EndpointState;
    }
  | {
      readonly do: "deploy";
      readonly name: string;
      /** `join`: one of this definition is there, or is being made. */
      readonly how: "create" | "replace" | "join";
    }
  | { readonly do: "test"; readonly name: string }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "remove"; readonly name: string; readonly why: "left-over" | "name-needed" | "failed" | "old" };

/** The whole decision: what is done, in order, and what a failure puts back. */
export type Rollout = {
  /** The name that the release has; absent where an endpoint alone is declared. */
  readonly name?: string;
  readonly steps: readonly RolloutStep[];
  readonly before: Traffic;
  readonly after: Traffic;
  /** What the endpoint is given back on a failure; absent where it is not there yet. */
  readonly restore?: EndpointState;
  readonly notes: readonly string[];
};

export type Decision = { readonly refused: string } | Rollout;

/** By its digest as well: what is made under the same name later is another one. */
export function keptKey(name: string, digest: string): string {
  return `${name.toLowerCase()}:${digest.slice(0, 12)}`;
}

/** The same for one that has failed, and stays to be looked at. */
export function failedKey(name: string, digest: string): string {
  return `${keptKey(name, digest)}:failed`;
}

function isKept({ name, digest }: RolloutDeployment, { kept }: Marks): boolean {
  return digest !== undefined && (kept.includes(keptKey(name, digest)) || kept.includes(failedKey(name, digest)));
}

/**
 * How a declared endpoint and deployment are brought about, from what is live. Pure: a plan shows it, a release carries it
 * out. Traffic moves only after the tests, every map sums to 100 or to 0 before the first release, and what is not declared
 * is never moved.
 *
 * @param live absent: there is no such endpoint.
 */
export function decideRollout(declared: Declared, live: RolloutEndpoint | undefined): Decision {
  const endpoint = live ?? nothingLive;
  if (live === undefined && declared.endpoint === undefined)
    return { refused: "There is no endpoint of this name, and none is declared." };
  const made: readonly RolloutStep[] =
    live === undefined ? [{ do: "put-endpoint", why: "create", to: stateOf(endpoint) }] : [];
  const { deployment, strategy } = declared;
  const decided =
    deployment === undefined
      ? endpointAlone(declared, live)
      : strategy?.type === "replace"
        ? replaced(declared.endpoint, deployment, endpoint)
        : released(deployment, declared, endpoint);
  if ("refused" in decided) return decided;
  const { restore = stateOf(endpoint), ...rest } = decided;
  return { ...rest, ...(live === undefined ? {} : { restore }), steps: [...made, ...decided.steps] };
}

const nothingLive: RolloutEndpoint = {
  isAsDeclared: true,
  traffic: {},
  mirror: {},
  marks: { kept: [] },
  deployments: [],
};

function stateOf({ traffic, mirror, marks }: EndpointState): EndpointState {
  return { traffic: normalized(traffic), mirror: mirrorBeside(traffic, mirror), marks };
}

/** What has live traffic cannot get copies of it as well. */
function mirrorBeside(traffic: Traffic, mirror: Traffic): Traffic {
  return Object.fromEntries(Object.entries(normalized(mirror)).filter(([name]) => shareOf(traffic, name) === 0));
}

function isSameState(a: EndpointState, b: EndpointState): boolean {
  const marksOf = ({ marks }: EndpointState) => [marks.releasing ?? "", ...[...marks.kept].sort()].join(" ");
  return isSameTraffic(a.traffic, b.traffic) && isSameTraffic(a.mirror, b.mirror) && marksOf(a) === marksOf(b);
}

/** Why it is written as it is; nothing where it is as declared. */
function whyWritten({ isAsDeclared, hasFailed = false }: RolloutEndpoint): "update" | "repair" | undefined {
  if (!isAsDeclared) return "update";
  return hasFailed ? "repair" : undefined;
}

/** Why a declared map cannot be set, or nothing. */
function faultIn(traffic: Traffic, names: readonly string[], live: Traffic): string | undefined {
  const unknown = Object.entries(normalized(traffic)).find(([key]) => !names.some((name) => isSameName(name, key)));
  if (unknown !== undefined)
    return `The traffic names the deployment '${unknown[0]}', which the endpoint does not have.`;
  const sum = sumOf(traffic);
  if (sum === 0 && sumOf(live) > 0)
    return `The traffic sums to 0, which would take all of it from ${trafficText(live)}.`;
  return sum === 0 || sum === 100 ? undefined : `The traffic sums to ${sum} %, and the service takes 100 or 0.`;
}

function endpointAlone({ endpoint }: Declared, live: RolloutEndpoint | undefined): Decision {
  const wanted = endpoint?.traffic;
  if (live === undefined) {
    const isSaid = wanted !== undefined && sumOf(wanted) > 0;
    const notes = isSaid ? ["Its traffic is set once its deployments are there."] : [];
    return { steps: [], before: {}, after: {}, notes };
  }
  const names = live.deployments.map(({ name }) => name);
  const fault = wanted === undefined ? undefined : faultIn(wanted, names, live.traffic);
  if (fault !== undefined) return { refused: fault };
  const from = stateOf(live);
  const to = { ...from, traffic: wanted === undefined ? from.traffic : normalized(wanted, names) };
  const isMoved = !isSameTraffic(from.traffic, to.traffic);
  const why = isMoved ? "move" : whyWritten(live);
  const steps: readonly RolloutStep[] = why === undefined ? [] : [{ do: "put-endpoint", why, to }];
  return { steps, before: from.traffic, after: to.traffic, notes: [] };
}

/** The deployment of that name is updated in place; the traffic is set as declared. */
function replaced(
  endpoint: Declared["endpoint"],
  { name: declaredName, digest }: NonNullable<Declared["deployment"]>,
  live: RolloutEndpoint,
): Decision {
  const existing = live.deployments.find(({ name }) => isSameName(name, declaredName));
  const name = existing?.name ?? declaredName;
  const from = stateOf(live);
  const names = [...live.deployments.map((one) => one.name), name];
  const isFirst = sumOf(from.traffic) === 0;
  const wanted = endpoint?.traffic ?? (isFirst ? { [name]: 100 } : from.traffic);
  const fault = faultIn(wanted, names, from.traffic);
  if (fault !== undefined) return { refused: fault };
  const traffic = normalized(wanted, names);
  const mirror = endpoint?.mirror === undefined ? from.mirror : normalized(endpoint.mirror, names);
  const passed = keptKey(name, digest);
  const kept = keptAfter(live, from, traffic, { name, digest });
  const to = stateOf({ traffic, mirror, marks: { kept: [...kept.filter((key) => key !== passed), passed] } });
  const isThere = existing?.digest === digest && (existing.state === "ready" || existing.state === "in-flight");
  const deploy = isThere
    ? joined(name)
    : deploySteps(name, existing, { isInPlace: existing?.state !== "failed" || shareOf(from.traffic, name) > 0 });
  const isRaised = shareOf(traffic, name) > shareOf(from.traffic, name);
  // Nothing but the mark says that what serves already has passed: a crash may have come between.
  const hasPassed = isThere && existing.state === "ready" && from.marks.kept.includes(passed);
  const isTested = !hasPassed || isRaised;
  const isDone = hasPassed && isSameTraffic(from.traffic, traffic) && isSameTraffic(from.mirror, to.mirror);
  const why = whyWritten(live);
  const updates: readonly RolloutStep[] = why === undefined ? [] : [{ do: "put-endpoint", why, to: from }];
  return {
    name,
    steps: [
      ...updates,
      ...(isTested ? [...deploy, { do: "test", name } as const] : []),
      ...(isDone || isSameState(from, to) ? [] : [{ do: "put-endpoint", why: whyOf(from, to), to } as const]),
      ...leftOvers(live, to, name).map((one): RolloutStep => ({ do: "remove", name: one, why: "left-over" })),
    ],
    before: from.traffic,
    after: traffic,
    notes: [],
  };
}

function whyOf(from: EndpointState, to: EndpointState): "move" | "mirror" | "mark" {
  if (!isSameTraffic(from.traffic, to.traffic)) return "move";
  return isSameTraffic(from.mirror, to.mirror) ? "mark" : "mirror";
}

/** By `blue-green`, `canary` or `shadow`, or for the first time. */
function released(
  deployment: NonNullable<Declared["deployment"]>,
  { endpoint, strategy = { type: "blue-green", keepOld: false } }: Declared,
  live: RolloutEndpoint,
): Decision {
  const cutBack = startOver(live, deployment.name);
  const { digest } = deployment;
  const same = live.deployments.filter((one) => one.digest === digest && !["failed", "leaving"].includes(one.state));
  const existing = chosenOf(same, deployment.name, cutBack.traffic);
  const name = existing?.name ?? freeName(deployment, cutBack);
  const wasKept = live.marks.kept.includes(keptKey(name, digest));
  // What is made anew has passed no test: the mark of one before it must not speak for it.
  const base = wasKept && existing?.state !== "ready" ? withoutMark(cutBack, keptKey(name, digest)) : cutBack;
  const old = oldOf(deployment.name, without(base.traffic, name));
  const isFirst = sumOf(base.traffic) === 0;
  const declaredShare = endpoint?.traffic === undefined ? 100 : declaredShareOf(endpoint.traffic, deployment.name);
  const staysBack = strategy.type === "shadow" && !strategy.promote && !isFirst;
  const has = shareOf(base.traffic, name);
  const share = staysBack ? has : isFirst && declaredShare > 0 ? 100 : declaredShare;
  // What has all of the traffic keeps it: nobody is there to take it.
  const isAlone = has > 0 && sumOf(without(base.traffic, name)) === 0;
  const traffic = share === has || isAlone ? base.traffic : withShare(base.traffic, name, share, old);
  const lost = Object.keys(base.traffic).filter((one) => shareOf(traffic, one) === 0 && !isSameName(one, name));
  const isOnly = Object.keys(base.traffic).length === 1;
  const keepsOld = strategy.type !== "replace" && strategy.keepOld;
  const removed = keepsOld ? [] : lost.filter((one) => isOnly || one === old);
  const kept = keptAfter(live, base, traffic, { name, digest }, removed);
  const to = stateOf({ traffic, mirror: without(base.mirror, name), marks: { kept } });
  const isEnded = isSameTraffic(traffic, base.traffic) && (shareOf(traffic, name) > 0 || wasKept);
  const isDone = existing?.state === "ready" && isEnded;
  const [mirrored] = Object.keys(without(base.mirror, name));
  if (!isDone && !isFirst && strategy.type === "shadow" && mirrored !== undefined)
    return {
      refused: `Traffic is mirrored to '${mirrored}' already, and the service mirrors to one deployment. End that mirror first.`,
    };
  const occupant = live.deployments.find((one) => isSameName(one.name, name));
  const steps: readonly RolloutStep[] = isDone
    ? []
    : [
        ...(existing === undefined
          ? deploySteps(name, occupant, {
              isInPlace: occupant?.digest === undefined && occupant?.state !== "failed",
            })
          : joined(name)),
        ...movesTo({ name, to, has, share, isFirst, old }, base, strategy),
        ...removed.map((one): RolloutStep => ({ do: "remove", name: one, why: "old" })),
      ];
  return {
    name,
    steps: [...reset(live, base), ...removals(live, base, name), ...steps],
    before: normalized(live.traffic),
    after: traffic,
    restore: base,
    notes: notesOf({ isFirst, declaredShare, strategy, lost, removed, keepsOld }),
  };
}

/** Of several deployments of one definition the one that serves, and of those the one of the name. */
function chosenOf(same: readonly RolloutDeployment[], name: string, traffic: Traffic): RolloutDeployment | undefined {
  const rank = (one: RolloutDeployment) =>
    (shareOf(traffic, one.name) > 0 ? 0 : 2) + (isSameName(one.name, name) ? 0 : 1);
  return [...same].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))[0];
}

/** The endpoint as a release begins with it: what one that was cut off has moved is back at the deployments before it. */
function startOver(live: RolloutEndpoint, declaredName: string): EndpointState {
  const names = live.deployments.map(({ name }) => name);
  const traffic = normalized(live.traffic, names);
  const { releasing, kept } = live.marks;
  const others = releasing === undefined ? traffic : without(traffic, releasing);
  const isCutOff = releasing !== undefined && shareOf(traffic, releasing) > 0 && sumOf(others) > 0;
  const back = isCutOff ? withShare(traffic, releasing, 0, oldOf(declaredName, others)) : traffic;
  const isShadow = (name: string) => {
    const one = live.deployments.find((deployment) => isSameName(deployment.name, name));
    const isOurs = one?.digest !== undefined && !isKept(one, live.marks);
    return isOurs && releasing !== undefined && isSameName(releasing, name);
  };
  const mirror = Object.entries(normalized(live.mirror, names)).filter(([name]) => !isShadow(name));
  return { traffic: back, mirror: Object.fromEntries(mirror), marks: { kept } };
}

function withoutMark(state: EndpointState, key: string): EndpointState {
  return { ...state, marks: { ...state.marks, kept: state.marks.kept.filter((one) => one !== key) } };
}

function reset(live: RolloutEndpoint, base: EndpointState): readonly RolloutStep[] {
  const isReset = isSameTraffic(live.traffic, base.traffic) && isSameTraffic(live.mirror, base.mirror);
  const isMarked = live.marks.kept.length === base.marks.kept.length;
  const written = whyWritten(live);
  if (isReset && isMarked && written === undefined) return [];
  const why = isReset ? (written ?? "mark") : "start-over";
  return [{ do: "put-endpoint", why, to: base }];
}

/** Ours, without traffic, and not kept on purpose: a crash has left them. */
function leftOvers(live: RolloutEndpoint, { traffic, mirror }: EndpointState, name: string): readonly string[] {
  return live.deployments
    .filter(
      (one) =>
        one.digest !== undefined &&
        one.state !== "leaving" &&
        !isSameName(one.name, name) &&
        shareOf(traffic, one.name) === 0 &&
        shareOf(live.traffic, one.name) === 0 &&
        shareOf(mirror, one.name) === 0 &&
        !isKept(one, live.marks),
    )
    .map((one) => one.name);
}

/** What a release that was cut off had moved traffic to is no more than left over, once that traffic is back. */
function removals(live: RolloutEndpoint, base: EndpointState, name: string): readonly RolloutStep[] {
  const cutOff = { ...live, traffic: base.traffic };
  return leftOvers(cutOff, base, name).map((one) => ({ do: "remove", name: one, why: "left-over" }));
}

function joined(name: string): readonly RolloutStep[] {
  return [{ do: "deploy", name, how: "join" }];
}

/**
 * @param occupant what has the name now.
 * @param isInPlace whether it is updated, and not removed before: the service does not repair what has failed by another
 *   write, and of what is somebody else's nothing is removed.
 */
function deploySteps(
  name: string,
  occupant: RolloutDeployment | undefined,
  { isInPlace }: { readonly isInPlace: boolean },
): readonly RolloutStep[] {
  if (occupant === undefined || occupant.state === "leaving") return [{ do: "deploy", name, how: "create" }];
  if (isInPlace) return [{ do: "deploy", name, how: "replace" }];
  const why = occupant.state === "failed" ? "failed" : "name-needed";
  return [
    { do: "remove", name: occupant.name, why },
    { do: "deploy", name, how: "create" },
  ];
}

type Move = {
  readonly name: string;
  readonly to: EndpointState;
  /** Its share now, and in the end. */
  readonly has: number;
  readonly share: number;
  readonly isFirst: boolean;
  readonly old?: string | undefined;
};

/** Tests, and what they allow. */
function movesTo({ name, to, has, share, isFirst, old }: Move, base: EndpointState, strategy: Strategy): RolloutStep[] {
  const test: RolloutStep = { do: "test", name };
  const marked = { ...base.marks, releasing: name };
  const end: RolloutStep = { do: "put-endpoint", why: whyOf(stateOf(base), to), to };
  if (isFirst) return isSameState(base, to) ? [test] : [test, end];
  switch (strategy.type) {
    case "canary": {
      const steps = strategy.steps.filter((step) => step > has && step < share);
      const partial = steps.flatMap((step): RolloutStep[] => [
        {
          do: "put-endpoint",
          why: "share",
          to: stateOf({ ...base, traffic: withShare(base.traffic, name, step, old), marks: marked }),
        },
        ...(strategy.waitSeconds > 0 ? [{ do: "wait", seconds: strategy.waitSeconds } as const] : []),
        test,
      ]);
      return [test, ...partial, end, ...(partial.length > 0 ? [test] : [])];
    }
    case "shadow": {
      if (has > 0) return [test, end];
      const shadow: EndpointState = { ...base, mirror: { [name]: strategy.mirror }, marks: marked };
      return [
        { do: "put-endpoint", why: "mirror", to: shadow },
        ...(strategy.waitSeconds > 0 ? [{ do: "wait", seconds: strategy.waitSeconds } as const] : []),
        test,
        share > 0 ? end : { do: "put-endpoint", why: "end-mirror", to },
      ];
    }
    default:
      return isSameState(base, to) ? [test] : [test, end];
  }
}

/**
 * Deployments of ours without traffic that stay on purpose: those that stayed before and are still the same, those that this
 * release leaves without traffic and does not remove, and the released one where it gets none.
 */
function keptAfter(
  live: RolloutEndpoint,
  from: EndpointState,
  traffic: Traffic,
  { name, digest }: { readonly name: string; readonly digest: string },
  removed: readonly string[] = [],
): readonly string[] {
  const others = live.deployments.flatMap((one) => {
    if (one.digest === undefined || isSameName(one.name, name) || shareOf(traffic, one.name) > 0) return [];
    if (removed.includes(one.name)) return [];
    const keys = [keptKey(one.name, one.digest), failedKey(one.name, one.digest)];
    const marked = keys.filter((key) => live.marks.kept.includes(key));
    return marked.length === 0 && shareOf(from.traffic, one.name) > 0 ? [keptKey(one.name, one.digest)] : marked;
  });
  return [...others, ...(shareOf(traffic, name) === 0 ? [keptKey(name, digest)] : [])];
}

function declaredShareOf(traffic: Traffic, name: string): number {
  const isNamed = Object.keys(traffic).some((key) => isSameName(key, name));
  return isNamed ? shareOf(traffic, name) : 100;
}

function notesOf({
  isFirst,
  declaredShare,
  strategy,
  lost,
  removed,
  keepsOld,
}: {
  readonly isFirst: boolean;
  readonly declaredShare: number;
  readonly strategy: Strategy;
  readonly lost: readonly string[];
  readonly removed: readonly string[];
  readonly keepsOld: boolean;
}): readonly string[] {
  const left = lost.filter((one) => !removed.includes(one));
  return [
    ...(isFirst && declaredShare > 0 && declaredShare < 100
      ? [`It is the first release, so it gets all of the traffic and not ${declaredShare} %.`]
      : []),
    ...(isFirst && (strategy.type === "canary" || strategy.type === "shadow")
      ? [`It is the first release: ${strategy.type} begins with the next one.`]
      : []),
    ...(left.length > 0 && !keepsOld
      ? [
          `${left.join(", ")} no longer ${left.length === 1 ? "has" : "have"} traffic, and ${left.length === 1 ? "stays" : "stay"}: it is not known to be what was replaced.`,
        ]
      : []),
  ];
}

/** For people: what a step of the endpoint sets. */
export function stateText({ traffic, mirror }: Pick<EndpointState, "traffic" | "mirror">): string {
  const mirrored = Object.entries(normalized(mirror)).map(([name, share]) => `${share} % mirrored to ${name}`);
  return [trafficText(traffic), ...mirrored].join(", ");
}
