import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../../azure/defined.ts";
import { membersOf, textOf } from "../../azure/members.ts";

/** A server that one step of a job has started, and that later steps find, and the post step ends. */
export type ServerRecord = {
  /** Of the deployment. */
  readonly name: string;
  /** Of its definition: what is served. */
  readonly digest: string;
  readonly port: number;
  readonly runs:
    | { readonly as: "process"; readonly pid?: number; readonly mark: string }
    | { readonly as: "container"; readonly container: string };
  /** False until it has passed its tests: then it is no server that a later step would keep. */
  readonly isReleased: boolean;
  /** Absolute folder of its model, its code and its log. */
  readonly folder: string;
  /** Route below the server's root. */
  readonly scoringPath: string;
  /** What is asked whether it is well. */
  readonly healthPath: string;
  /** Absent where it has shown none. */
  readonly swaggerPath?: string;
};

/** Where the records are, below the folder that is kept until the job ends. */
export function recordsFolder(temporaryFolder: string): string {
  return join(temporaryFolder, "serving");
}

/** Written before a server is started, so that a crash after it leaves a trace. Each server has a record of its own. */
export async function writeRecord(record: ServerRecord): Promise<void> {
  const file = recordFile(record);
  await mkdir(record.folder, { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(record));
  await rename(`${file}.new`, file);
}

export async function removeRecord(record: ServerRecord): Promise<void> {
  await rm(recordFile(record), { force: true });
}

/** Every server that was started and not ended; what cannot be read was never whole. */
export async function readRecords(folder: string): Promise<readonly ServerRecord[]> {
  const names = await readdir(folder).catch(() => []);
  const records = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name, fileName), "utf8").catch(() => undefined);
      return text === undefined ? [] : recordOf(text, join(folder, name));
    }),
  );
  return records.flat();
}

const fileName = "server.json";

function recordFile({ folder }: ServerRecord): string {
  return join(folder, fileName);
}

function recordOf(text: string, folder: string): readonly ServerRecord[] {
  const { name, digest, port, runs, isReleased, scoringPath, healthPath, swaggerPath } = membersOf(parsed(text));
  const { pid, mark, container } = membersOf(runs);
  const known = runsOf(pid, textOf(mark), textOf(container));
  if (known === undefined || typeof port !== "number") return [];
  return [
    {
      name: textOf(name) ?? "",
      digest: textOf(digest) ?? "",
      port,
      runs: known,
      isReleased: isReleased === true,
      folder,
      scoringPath: textOf(scoringPath) ?? "/score",
      healthPath: textOf(healthPath) ?? "/",
      ...defined({ swaggerPath: textOf(swaggerPath) }),
    },
  ];
}

function runsOf(
  pid: unknown,
  mark: string | undefined,
  container: string | undefined,
): ServerRecord["runs"] | undefined {
  if (mark !== undefined) return { as: "process", mark, ...(typeof pid === "number" ? { pid } : {}) };
  return container === undefined ? undefined : { as: "container", container };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
