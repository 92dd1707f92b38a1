import type { CodeEntry } from "./code-entry.ts";

/** The codes of what reading the workspace shows of a declaration, before anything is written. */
export const workspaceCodes = {
  "missing-compute": {
    title: "The run's compute does not exist.",
    explanation: "The compute that the run names is neither declared nor in the workspace.",
    help: "Fix the name, or declare the target.",
  },
  "not-submitted": {
    title: "The file is checked only: no command does anything with it.",
    explanation:
      "Datastores, connections, schedules, registries, workspaces, feature stores and what is in them, serverless endpoints, fine-tuning and distillation jobs and the other kinds that docs/checking.md lists are read by the rules of az ml, and neither created nor submitted.",
    help: "Create it with az ml, or leave it out with a narrower pattern in config.",
  },
  "wrong-compute": {
    title: "The compute does not run this.",
    explanation:
      "Each kind of compute runs jobs of some types: machines and clusters run commands and sweeps, Synapse Spark pools run Spark jobs, HDInsight runs PySpark, Databricks and Batch run steps of v1 pipelines, and Data Lake Analytics no longer runs anything.",
    help: "Name a compute that the message lists, or leave compute out for serverless compute.",
  },
  "missing-asset": {
    title: "The run refers to an asset that does not exist.",
    explanation:
      "The workspace has no such environment, data, model or code, or not in this version, and nothing that is declared registers it. A workspace knows no label but latest.",
    help: "Fix the reference, or register the asset before the run.",
  },
  "missing-datastore": {
    title: "A datastore does not exist, or takes no uploads.",
    explanation:
      "An input, an output or an upload names a datastore that the workspace does not have. Files of the checkout are uploaded to blob containers only.",
    help: "Fix the name, or register the datastore.",
  },
  "not-on-runner": {
    title: "The runner cannot run the job as it is.",
    explanation:
      "The run's compute is local. A runner is one machine and starts one process; it fetches no data and no code from Azure, writes no output there, and builds a Docker context only for a container. Without conda it installs with pip. Of sweeps it samples at random or by a grid, without early termination; of pipelines it runs command steps.",
    help: "Change what the message names, or name a compute of the workspace.",
  },
  "version-exists": {
    title: "The version of the asset exists with other content.",
    explanation:
      "A version that is registered keeps what it is made of: an environment its image, packages and build, a component its text, data and a model their bytes. Only what describes it can change.",
    help: "Raise version in the file, or leave it out.",
  },
  "missing-secret": {
    title: "A secret that would be sent is not available.",
    explanation:
      "A secret is read before anything is written. plan needs no secret, reads no vault, and says only which variables and files are missing in its own step.",
    help: "Give the step the variable or file, or give the identity Key Vault Secrets User for a vault.",
  },
  "not-checked": {
    title: "It could not be checked whether something exists.",
    explanation:
      "The identity may not read it, or the service did not answer. The command continues; the service reports it when the run is submitted.",
    help: "Run the command doctor: it says which permissions are missing.",
  },
  "no-baseline": {
    title: "A gate had nothing to compare with.",
    explanation:
      "No run of the branch has completed, or the run that is named has no such metric. Such a gate passes unless it is required.",
    help: "Add required: true to miss the gate in such a case.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
