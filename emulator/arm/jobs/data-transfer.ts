import { cp, mkdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fetchData, uploadOutputs } from "./files.ts";
import { JobFailed, type EmulatedJobType } from "./type.ts";

type Ports = Readonly<Record<string, { readonly uri?: string }>>;

/** A step that copies data of the workspace's own storage. What lies outside of the workspace is not to be had here. */
export const dataTransfer: EmulatedJobType = {
  jobType: "DataTransfer",
  runType: "azureml.datatransfer",
  check: () => undefined,
  run: async (run) => {
    const { job, folder, options } = run;
    const { task, inputs = {}, outputs = {} } = job.properties as { task?: string; inputs?: Ports; outputs?: Ports };
    if (task !== "copy_data")
      throw new JobFailed(
        "NotEmulated",
        `The emulator has no databases and no storage of others: it does not carry out ${String(task)}.`,
      );
    run.setStatus("Running");
    const [output = "output"] = Object.keys(outputs);
    const target = join(folder, "named-outputs", output);
    await mkdir(target, { recursive: true });
    for (const [name, { uri = "" }] of Object.entries(inputs)) {
      const from = await fetchData(uri, join(folder, "inputs", name), options);
      if (from === uri)
        throw new JobFailed(
          "NotEmulated",
          `The emulator copies data of the workspace's own storage alone, not ${uri}.`,
        );
      // A single file keeps its name; what is in folders comes together.
      await cp(from, (await stat(from)).isFile() ? join(target, basename(from)) : target, { recursive: true });
    }
    await uploadOutputs(run, join(folder, "code"));
  },
};
