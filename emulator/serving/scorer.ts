import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * What answers in the place of a scoring script where no process is started (`serving: "light"`): said by a control call, or
 * by a JSON file of the model that has it as its member `emulatorScorer`.
 */
export type Scorer = {
  /** It never comes up: as if `init` had raised this, with these lines in the log of its container. */
  readonly fails?: { readonly message: string; readonly log?: readonly string[] };
  readonly status?: number;
  /** JSON; absent: who was asked, and what. */
  readonly answer?: unknown;
  readonly delaySeconds?: number;
};

/** A request as it comes to a container. */
export type ScoringRequest = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
};

export type ScoringAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
};

const largest = 1024 * 1024;

/** @returns what the files of a model say of how it answers. */
export async function scorerOfModel(folder: string): Promise<Scorer | undefined> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(".json")).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).size > largest) continue;
    try {
      const { emulatorScorer } = JSON.parse(await readFile(path, "utf8")) as { readonly emulatorScorer?: Scorer };
      if (typeof emulatorScorer === "object") return emulatorScorer;
    } catch {
      // Not JSON, whatever it is called.
    }
  }
  return undefined;
}

/** @param who for answers that nobody has said. @returns `"timeout"` where it takes too long. */
export async function scoreBy(
  { status = 200, answer, delaySeconds = 0 }: Scorer,
  { method, path, bytes }: ScoringRequest,
  who: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<ScoringAnswer | "timeout"> {
  if (delaySeconds > 0) await delay(Math.min(delaySeconds * 1000, timeoutMs));
  if (delaySeconds * 1000 >= timeoutMs) return "timeout";
  const body = answer ?? { ...who, method, path, received: textOf(bytes) };
  return {
    status,
    headers: { "content-type": "application/json" },
    bytes: Buffer.from(JSON.stringify(body)),
  };
}

function textOf(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  try {
    return text === "" ? null : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
