import type { HoverTexts } from "./text.ts";

/** The declaration file, and what files of every kind have. */
export const declarationTexts: HoverTexts = {
  $schema: "Address of the JSON Schema of this file, by which editors and this action tell what the file declares.",
  description: "Free text for people, shown in the studio.",
  tags: "Names and values by which people find it in the studio.",
  properties: "Names and values that are stored with it; once set they cannot be changed.",
  display_name: "Name that the studio shows; it need not be unique.",
  "azureml.workspace":
    "The Azure Machine Learning workspace. Inputs of the action and the environment variables AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP and AZURE_ML_WORKSPACE fill in what is left out.",
  "workspace.subscription_id": {
    text: "Id of the Azure subscription that the workspace is in.",
    examples: ["00000000-0000-0000-0000-000000000000"],
  },
  "workspace.resource_group": "Resource group that the workspace is in.",
  "workspace.name": "Name of the workspace.",
  targets:
    "Compute targets of the workspace: each is attached or created exactly once, whoever else is at work. An entry is a target, or the path of az ml compute files.",
  run: "What is trained: the path of a job file, or a job written here. It is submitted once for each commit and definition.",
  gates: "Conditions that metrics of the run have to meet; the command fails where one of them is missed.",
  deploy:
    "What becomes of the model: the path of a file, a mapping with its type, or a list of these. Each is tested before it gets traffic.",
  "azureml.prices": {
    text: "What an hour of one machine costs, by VM size, in whatever currency you think in. The plan then shows what a change costs.",
    examples: [{ Standard_DS3_v2: 0.229 }],
  },
  "azureml.limits":
    "How long the run may wait and take; when a limit has passed, the run is cancelled and the command fails.",
  "limits.queue": {
    text: "How long the run may wait for machines: 45s, 30m, 2h, 1d, or a number of seconds. Default: no limit.",
    examples: ["30m", "2h"],
  },
  "limits.total": {
    text: "How long the run may take in all: 45s, 30m, 2h, 1d, or a number of seconds. Default: no limit.",
    examples: ["6h", "1d"],
  },
  "azureml.retries": "What is submitted again by itself after it was lost through no fault of its own.",
  "retries.preempted": {
    text: "How often the run is submitted again after its machines were taken away: 0 to 20. Default: 0.",
    examples: [2],
  },
  "azureml.overrides": {
    text: "Values of the run by their paths, as the input `set` has them. Default: the run as its file says.",
    examples: [{ "inputs.lr": 0.01 }],
  },
  "gates.metric": { text: "Name of the metric, as the run logs it.", examples: ["accuracy"] },
  "gates.at_least": { text: "The metric's last value has to be at least this.", examples: [0.9] },
  "gates.at_most": { text: "The metric's last value has to be at most this.", examples: [0.1] },
  "gates.between": {
    text: "The metric's last value has to be between these two, or one of them.",
    examples: [[0.4, 0.6]],
  },
  "gates.no_worse_than": {
    text: "The run whose last value is the baseline: the newest of a branch, a run by its name, or the one that a model came from.",
    examples: [{ branch: "main", tolerance: "2%" }],
  },
  "gates.step": "Name of the pipeline's step that logs the metric. Default: the run itself.",
  "gates.required":
    "Whether the gate is missed while there is no baseline to compare with. Default: false, so that the first run passes.",
  "gates.goal": {
    text: "Which values of the metric are better. Default: told by the metric's name, as far as it tells.",
    words: {
      minimize: "Smaller values are better, as with a loss.",
      maximize: "Larger values are better, as with an accuracy.",
    },
  },
  "no_worse_than.branch": {
    text: "Compare with the newest completed run of a push to this branch that has the same configuration.",
    examples: ["main"],
  },
  "no_worse_than.run": "Compare with the run of this name.",
  "no_worse_than.model": {
    text: "Compare with the run that a registered model came from: azureml:NAME:VERSION or azureml:NAME@latest.",
    examples: ["azureml:classifier@latest"],
  },
  "no_worse_than.tolerance": {
    text: "How much worse it may be: a number, or a percentage of the baseline's absolute value. Default: 0.",
    examples: ["2%", 0.01],
  },
  env: "Name of the environment variable that holds the secret; give it to the step from a GitHub secret.",
  key_vault: {
    text: "Address of a Key Vault secret; without a version, its current one.",
    examples: ["https://VAULT.vault.azure.net/secrets/NAME"],
  },
  file: "Path of a file outside the checkout that holds the secret.",
};
