import type { EndpointDocument, Shares } from "../../emulator/arm/endpoints/document.ts";
import type { WebService } from "../../emulator/arm/services.ts";
import type { Ran } from "./run.ts";
import type { Stand } from "./stand.ts";

/** What is released, without what depends on the time, the place and the workflow run: one line for each resource. */
export function releaseState(stand: Stand): readonly string[] {
  const { emulator } = stand;
  const lasting = (text: string) =>
    text
      .replaceAll(/"azureml-targets\.(workflow-attempt|workflow-run|ref)":"[^"]*",?/g, "")
      // Processes have a branch, and what runs in this one has none.
      .replaceAll(/"(azureml|mlflow\.source)\.git\.branch":"[^"]*",?/g, "")
      .replaceAll(/\/[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f-]{27}\//g, "/PLACE/")
      .replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, "ORIGIN");
  return [
    ...emulator.endpoints().map(lastingOf),
    ...emulator.webServices().map(lastingService),
    ...emulator.assets().map(({ id, properties }) => `${id}: ${JSON.stringify(properties)}`),
  ]
    .map(lasting)
    .sort();
}

function lastingOf({ endpoint, deployment, location, tags, identity, sku, properties }: EndpointDocument): string {
  const { principalId: _, ...lastingIdentity } = identity ?? {};
  return `${endpoint}/${deployment ?? ""}: ${JSON.stringify(sorted({ location, tags, identity: lastingIdentity, sku, properties }))}`;
}

/** Without its address, which the service chooses, and the notes of how it came about. */
function lastingService(service: WebService): string {
  const known = Object.entries(service).filter(
    ([key]) => !/time$|^address$|operation|^error$|ImageRequest$/i.test(key),
  );
  return `${service.name}/: ${JSON.stringify(sorted(Object.fromEntries(known)))}`;
}

/** Members in an order of their own, so that it does not matter who wrote them first. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** How what is released differs from what an undisturbed run leaves; empty where it does not. */
export function differencesOf(stand: Stand, wanted: readonly string[], isAnyName = false): readonly string[] {
  if (isAnyName) return differences(releaseState(stand).map(withoutNames), wanted.map(withoutNames));
  return differences(releaseState(stand), wanted);
}

/** With one name for all that a release may get. */
function withoutNames(line: string): string {
  return line.replaceAll(/\b(blue|green)(-[0-9a-f]{6,12})?\b/g, "NAME");
}

function differences(live: readonly string[], wanted: readonly string[]): readonly string[] {
  const without = (these: readonly string[], others: readonly string[]) => {
    const left = [...others];
    return these.filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  const missing = without(wanted, live);
  return [
    ...without(live, wanted).map((one) => `is there and should not be: ${shown(one, missing)}`),
    ...missing.map((one) => `is missing: ${shown(one, live)}`),
  ];
}

/** From where it differs from one of the same name. */
function shown(line: string, others: readonly string[]): string {
  const key = line.slice(0, line.indexOf(": "));
  const other = others.find((one) => one.startsWith(`${key}: `));
  if (other === undefined) return line.slice(0, 300);
  const at = [...line].findIndex((char, index) => char !== other[index]);
  return `${key}: …${line.slice(Math.max(key.length, at - 100), at + 300)}`;
}

/** Traffic and mirror of every endpoint, by names. */
export function trafficOf({ emulator }: Stand): Readonly<Record<string, string>> {
  return Object.fromEntries(
    emulator
      .endpoints()
      .filter(({ deployment }) => deployment === undefined)
      .map(({ endpoint, properties }) => [
        endpoint,
        JSON.stringify(sorted([properties["traffic"] ?? {}, properties["mirrorTraffic"] ?? {}])),
      ]),
  );
}

/** What a release has been, and what it is to be. */
type Course = {
  readonly before: Moment;
  readonly after: Moment;
};
type Moment = { readonly state: readonly string[]; readonly traffic: Readonly<Record<string, string>> };

/** What a run says of what it has released, compared with what is there. */
export function untrueOfRelease(stand: Stand, ran: Ran, { before, after }: Course): readonly string[] {
  const { result } = ran;
  const said = [
    ...result.failures,
    ...result.leftGoing.flatMap(({ what, next }) => [what, next]),
    ...(result.deployments ?? []).flatMap(({ notes }) => notes),
  ].join(" ");
  const now = JSON.stringify(trafficOf(stand));
  const isGreen = result.conclusion === "success";
  const isAsDeclared = now === JSON.stringify(after.traffic);
  // Before a first release there may be an endpoint, but no traffic.
  const isAsBefore = Object.entries(trafficOf(stand)).every(
    ([endpoint, text]) => text === (before.traffic[endpoint] ?? noTraffic),
  );
  const mayBeThere = isAsDeclared ? [...(isGreen ? [] : before.state), ...after.state] : before.state;
  const known = mayBeThere.map((line) => line.slice(0, line.indexOf(": ")));
  const isLeft = (name: string, key: string) => !known.includes(key) && !said.includes(name);
  return [
    ...leakedKeys(stand, [ran]),
    ...stand.emulator
      .endpoints()
      .flatMap(({ endpoint, deployment }) =>
        deployment !== undefined && isLeft(`'${deployment}'`, `${endpoint}/${deployment}`)
          ? [`'${deployment}' of '${endpoint}' is left, and nobody says so: ${said}`]
          : [],
      ),
    ...stand.emulator
      .webServices()
      .flatMap(({ name }) =>
        isLeft(name, `${name}/`) ? [`the web service ${name} is left, and nobody says so: ${said}`] : [],
      ),
    ...(isGreen && !isAsDeclared ? [`it is green, and the traffic is ${now}`] : []),
    ...(isGreen || isAsDeclared || isAsBefore || /traffic/i.test(said)
      ? []
      : [`it is red, the traffic is ${now}, and nobody says so: ${said}`]),
  ];
}

const noTraffic = "[{},{}]";

/** What must never have been the case, at any moment since the journal was cleared. */
export function unsafe(stand: Stand): readonly string[] {
  return [...badSums(stand), ...untested(stand), ...badDeletions(stand), ...badChanges(stand)];
}

const ofEndpoint = /\/onlineEndpoints\/([^/]+)$/i;
const ofDeployment = /\/onlineEndpoints\/([^/]+)\/deployments\/([^/]+)$/i;

/** Every map of traffic that was sent sums to 100, or to 0 where nobody had traffic at the start. */
function badSums({ emulator }: Stand): readonly string[] {
  const first = startOf(emulator);
  const atStart = new Map(
    emulator.endpointTraffic().flatMap(({ endpoint, traffic, at }) => (at < first ? [[endpoint, traffic]] : [])),
  );
  return emulator.journal().flatMap(({ method, path, body }) => {
    const [, endpoint = ""] = ofEndpoint.exec(path) ?? [];
    // What was cut off before it was read has no body.
    if (method !== "PUT" || endpoint === "" || body === undefined) return [];
    const { properties } = body as { readonly properties?: { readonly traffic?: Shares } };
    const traffic = properties?.traffic ?? {};
    const sum = sumOf(traffic);
    return sum === 100 || (sum === 0 && sumOf(atStart.get(endpoint) ?? {}) === 0)
      ? []
      : [`the traffic of ${endpoint} was to be ${JSON.stringify(traffic)}`];
  });
}

function sumOf(traffic: Shares): number {
  return Object.values(traffic).reduce((sum, share) => sum + share, 0);
}

/** When what is looked at began: what was there before it was prepared. */
function startOf(emulator: Stand["emulator"]): number {
  return emulator.journal()[0]?.arrivedMs ?? 0;
}

/**
 * A deployment gets more of the traffic only after it was asked, by itself, and has answered as it should, since it last had
 * more and since it was made. What had traffic at the start gets it back.
 */
function untested({ emulator }: Stand): readonly string[] {
  const begun = startOf(emulator);
  const changes = emulator.endpointTraffic();
  const problems: string[] = [];
  const had = new Map<string, Shares>();
  const original = new Map<string, Shares>();
  const since = new Map<string, number>();
  for (const { endpoint, traffic, at } of changes) {
    const before = had.get(endpoint) ?? {};
    had.set(endpoint, traffic);
    if (at < begun) {
      original.set(endpoint, traffic);
      continue;
    }
    for (const [name, share] of Object.entries(traffic)) {
      const key = `${endpoint}/${name}`;
      if (share <= (before[name] ?? 0) || share <= (original.get(endpoint)?.[name] ?? 0)) continue;
      const from = Math.max(since.get(key) ?? begun, lastWriteOf(emulator, key, at));
      since.set(key, at);
      const isTested = emulator
        .scored()
        .some(
          (one) =>
            `${one.endpoint}/${one.deployment}` === key &&
            one.by === "header" &&
            one.status === 200 &&
            one.at > from &&
            one.at < at,
        );
      if (!isTested) problems.push(`${key} got ${share} % untested, after ${JSON.stringify(before)}`);
    }
  }
  return problems;
}

/** When a deployment was last written before a moment. */
function lastWriteOf(emulator: Stand["emulator"], key: string, before: number): number {
  const times = emulator.journal().flatMap(({ method, path, arrivedMs, status }) => {
    const [, endpoint, deployment] = ofDeployment.exec(path) ?? [];
    const isIt = method === "PUT" && `${endpoint}/${deployment}`.toLowerCase() === key.toLowerCase();
    const isRefused = typeof status === "number" && status >= 400 && status < 500;
    return isIt && !isRefused && arrivedMs < before ? [arrivedMs] : [];
  });
  return Math.max(0, ...times);
}

/** Nothing is deleted that serves: the map that holds when the request comes has no share for it. */
function badDeletions({ emulator }: Stand): readonly string[] {
  const changes = emulator.endpointTraffic();
  // Who was shown the past for as long as he looked can only be refused.
  const isMisled = emulator.journal().some(({ fault }) => fault?.includes("lagging"));
  return emulator.journal().flatMap(({ method, path, arrivedMs, status }) => {
    const [, endpoint, deployment = ""] = ofDeployment.exec(path) ?? [];
    if (method !== "DELETE" || (isMisled && Number(status) >= 400)) return [];
    const [, whole] = /\/(?:online|batch)Endpoints\/([^/]+)$/i.exec(path) ?? [];
    // One that did not come up has no traffic, and never had any.
    if (whole !== undefined)
      return changes.some((change) => change.endpoint === whole && change.at < arrivedMs && sumOf(change.traffic) > 0)
        ? [`the endpoint ${whole} was to be deleted`]
        : [];
    const last = changes.findLast((change) => change.endpoint === endpoint && change.at < arrivedMs);
    return (last?.traffic[deployment] ?? 0) > 0
      ? [`${deployment} was to be deleted with the traffic ${JSON.stringify(last?.traffic)}`]
      : deployment === "theirs"
        ? ["somebody else's deployment was to be deleted"]
        : [];
  });
}

const ofService = /\/modelmanagement\/.*\/services\/([^/]+)$/i;

/** A web service that serves is not deleted, and nothing of it is changed before the candidate has answered. */
function badChanges({ emulator }: Stand): readonly string[] {
  const journal = emulator.journal();
  const made = new Set(
    journal.flatMap(({ method, path, body }) =>
      method === "POST" && /\/modelmanagement\/.*\/services$/i.test(path)
        ? [String((body as { readonly name?: string } | undefined)?.name)]
        : [],
    ),
  );
  return journal.flatMap(({ method, path, number }) => {
    const [, name = ""] = ofService.exec(path) ?? [];
    // What these runs have made themselves has never served.
    if (name === "" || name === "validate" || made.has(name)) return [];
    if (method === "DELETE") return [`the web service ${name} was to be deleted`];
    const isTested = journal.some((one) => one.number < number && one.status === 200 && /\/score$/.test(one.path));
    return method === "PATCH" && !isTested ? [`the web service ${name} was changed untested`] : [];
  });
}

/** Keys of endpoints in anything that a run shows. */
function leakedKeys({ emulator }: Stand, rans: readonly Ran[]): readonly string[] {
  const keys = emulator.endpoints().flatMap(({ keys: own }) => (own === undefined ? [] : Object.values(own)));
  return rans.some(({ text }) => keys.some((key) => text.includes(key))) ? ["a key of the endpoint is shown"] : [];
}
