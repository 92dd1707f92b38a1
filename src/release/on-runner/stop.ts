import { removeContainer } from "../../run/on-runner/container/container.ts";
import { findEngine } from "../../run/on-runner/container/engine.ts";
import { endDetached } from "../../run/on-runner/process.ts";
import { readRecords, removeRecord, type ServerRecord } from "./record.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Ends a server, with everything that it has started. One that is gone is no failure. */
export async function stopServer(record: ServerRecord, environment: Variables): Promise<void> {
  const { runs } = record;
  if (runs.as === "process") await endDetached(runs);
  else {
    const engine = await findEngine(environment);
    if (engine !== undefined) await removeContainer(engine, runs.container);
  }
  await removeRecord(record);
}

/** Ends every server that the steps of this job have left. @returns the names of their deployments. */
export async function stopServers(folder: string, environment: Variables): Promise<readonly string[]> {
  const records = await readRecords(folder);
  await Promise.all(records.map((record) => stopServer(record, environment)));
  return [...new Set(records.map(({ name }) => name))];
}
