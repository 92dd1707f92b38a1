import { pythonWith } from "./python.ts";

/** A Python that has the current official client, of the version that the goldens were made with, and its MLflow plug-in. */
export function officialClient(): Promise<string> {
  return pythonWith("conformance", ["azure-ai-ml==1.35.2", "azure-identity", "azureml-mlflow==1.62.0.post6"]);
}
