import type { CodeEntry } from "./code-entry.ts";

/** The codes of what can be wrong with web services on ACI and AKS. */
export const serviceCodes = {
  "missing-package": {
    title: "The environment lacks the package that serves the script.",
    explanation:
      "The container of a web service starts the server of azureml-defaults. Without it, in the conda file or in the image, the container stops at once.",
    help: "Add azureml-defaults to the pip packages of the conda file, unless the image has it.",
  },
  "no-longer-supported": {
    title: "Azure Machine Learning no longer supports this.",
    explanation: "The key is sent as it is written, and the service may refuse it.",
    help: "Do what the message says, or remove the key.",
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;
