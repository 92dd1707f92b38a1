import type { CodeEntry } from "./code-entry.ts";

/** The codes of what can be wrong with the steps of a pipeline, and with components. */
export const jobCodes = {
  // Pipelines and components
  circle: {
    title: "Something waits for itself.",
    explanation:
      "Steps of a pipeline read each other's outputs in a cycle, component files refer to each other, or the first or last step of a pipeline is connected with others.",
    help: "Break the cycle at one of the places that the message names.",
  },
  "not-in-component": {
    title: "The component has no such input or output.",
    explanation: "A step gives something that its component file does not have. As with az ml, it is left out.",
    help: "Fix the name, or add the input or output to the component.",
  },
  "missing-input": {
    title: "A step does not give what its component needs.",
    explanation: "An input of the component is neither optional nor has a default, and the step leaves it out.",
    help: "Give the input, or make it optional in the component.",
  },
  "optional-input": {
    title: "An optional input leads to a step that needs it.",
    explanation: "The pipeline component can run without the input, but a step inside it cannot.",
    help: "Remove optional from the input, or make the input of the step optional, too.",
  },
  "jobs-and-component": {
    title: "The pipeline has steps and a component.",
    explanation: "A pipeline job either lists its steps or runs a pipeline component.",
    help: "Keep one of the two.",
  },
  "step-without-compute": {
    title: "A step of the pipeline has no compute.",
    explanation: "Neither the step nor the pipeline names a compute, and serverless compute has to be named as well.",
    help: "Add settings: { default_compute: azureml:NAME }, or azureml:serverless.",
  },
  "refused-step": {
    title: "A step of a v1 pipeline is of a type that is not submitted.",
    explanation:
      "Steps of the types DatabricksStep, AzureBatchStep and PythonScriptStep are. The service behind AdlaStep has closed, and az ml has forms of its own for what the others do.",
    help: "Write what the message names.",
  },
  "unused-key": {
    title: "A key has no effect here.",
    explanation: "az ml takes the key at this place and does nothing with it.",
    help: "Set it where the message says.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
