import { mkdtempSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "../emulator/emulator.ts";
import { officialClient as pythonOfOfficialClient } from "../scripts/official-client.ts";
import { action, officialClient } from "./contenders.ts";
import { measure, type Measured } from "./measure.ts";

/**
 * `npm run bench:scale`: a thousand declared machines in one workspace, and attachments that take their time, against one
 * emulator. Writes SCALE.md. The action and azure-ai-ml take turns where that client has the kind.
 */
const turns = 5;
const many = 1000;
const slow = { targets: 48, parallel: 16, seconds: 5 };
const python = await pythonOfOfficialClient();

await using emulator = await startEmulator({
  stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
  durations: { default: 0 },
});

/** A checkout with so many machines in one declaration file, and one az ml file for each. */
function layOut(prefix: string, count: number): { readonly folder: string; readonly files: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "scale-"));
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}x`);
  for (const name of names) emulator.addMachine(name);
  const ssh = (indent: string) =>
    `${indent}ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD } }\n`;
  const targets = names.map(
    (name) =>
      `  - name: ${name}\n    type: virtualmachine\n    resource_id: ${emulator.machineId(name)}\n${ssh("    ")}`,
  );
  writeFileSync(join(folder, "azureml.yml"), `targets:\n${targets.join("")}`);
  const files = names.map((name) => {
    const file = `${name}.yml`;
    const plain = "ssh_settings: { admin_username: azureuser, admin_password: not-a-real-password-1 }\n";
    writeFileSync(
      join(folder, file),
      `$schema: https://azuremlschemas.azureedge.net/latest/vmCompute.schema.json\nname: ${name}\ntype: virtualmachine\nresource_id: ${emulator.machineId(name)}\n${plain}`,
    );
    return file;
  });
  return { folder, files };
}

const one = layOut("one", 1);
const thousand = layOut("m", many);
const secret = { DSVM_PASSWORD: "not-a-real-password-1" };
const ours = (folder: string, inputs: Readonly<Record<string, string>>) => {
  const call = action(emulator, folder, inputs);
  return { ...call, environment: { ...call.environment, ...secret } };
};
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const rows: string[] = [];
const report = (what: string, value: string, target: string, met: boolean | undefined) => {
  const row = `| ${what} | ${value} | ${target} | ${met === undefined ? "" : met ? "met" : "**not met**"} |`;
  rows.push(row);
  console.log(row);
};

const validated: Record<"one" | "many" | "official", number[]> = { one: [], many: [], official: [] };
for (let turn = 0; turn < turns; turn += 1) {
  validated.one.push((await measure(python, ours(one.folder, { command: "validate" }), emulator)).seconds);
  validated.many.push((await measure(python, ours(thousand.folder, { command: "validate" }), emulator)).seconds);
  if (turn > 0) continue;
  const official = officialClient(emulator, python, thousand.folder, ["validate", ...thousand.files]);
  validated.official.push((await measure(python, official, emulator)).seconds);
}
const above = median(validated.many) - median(validated.one);
report(
  `\`validate\` of ${many} targets, above one target`,
  `${above.toFixed(2)} s (azure-ai-ml loads the same files in ${median(validated.official).toFixed(1)} s)`,
  "0.5 s",
  above <= 0.5,
);

const filled = await measure(python, ours(thousand.folder, { command: "apply", parallel: "64" }), emulator);
report(`\`apply\` that attaches ${many} targets, 64 at once`, `${filled.seconds.toFixed(1)} s`, "", undefined);
emulator.clearJournal();
const noop = await measure(python, ours(thousand.folder, { command: "apply" }), emulator);
const requests = emulator.journal().filter(({ path }) => /\/computes/i.test(path));
const writes = requests.filter(({ method }) => method !== "GET").length;
const lists = requests.filter(({ method, path }) => method === "GET" && path.endsWith("/computes")).length;
report(
  `No-op \`apply\` of ${many} targets`,
  `${noop.seconds.toFixed(2)} s, ${lists} pages of one list, ${requests.length - lists} other requests about computes, ${writes} writes`,
  `${Math.ceil(many / 50)} pages, nothing else`,
  lists === Math.ceil(many / 50) && requests.length === lists,
);

const waiting = layOut("w", slow.targets);
emulator.faults.add({
  method: "PUT",
  path: "/computes/w\\d+x$",
  kind: "operation-takes",
  seconds: slow.seconds,
  times: slow.targets,
});
const parallel: Measured = await measure(
  python,
  ours(waiting.folder, { command: "apply", parallel: String(slow.parallel) }),
  emulator,
);
const ideal = (slow.seconds * slow.targets) / slow.parallel;
report(
  `\`apply\` of ${slow.targets} targets that take ${slow.seconds} s each, ${slow.parallel} at once`,
  `${parallel.seconds.toFixed(1)} s, ${(parallel.seconds / ideal).toFixed(2)} times ${ideal} s`,
  `close to ${ideal} s (our reading: 1.5 times)`,
  parallel.seconds <= 1.5 * ideal,
);

const { model = "processor of an unknown make" } = cpus()[0] ?? {};
writeFileSync(
  join(import.meta.dirname, "SCALE.md"),
  [
    "# A thousand targets",
    "",
    `Written by \`npm run bench:scale\` on ${new Date().toISOString().slice(0, 10)}; ${platform()} ${arch()}, ${cpus().length} × ${model.trim()}, Node ${process.versions.node}.`,
    "The emulator runs on the same machine and has its share of the time.",
    "",
    "| What | Measured | Target | |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n"),
);
