import { createHash } from "node:crypto";
import type { CondaSpecification } from "../../asset/environment/definition.ts";

/** What of a conda specification pip can install. */
export type PipPlan = {
  /** Requirement specifiers, in the order of the file. */
  readonly requirements: readonly string[];
  /** `3.10`, when the file pins Python. */
  readonly python?: string;
  /** Entries for conda in whose place pip's packages are installed. */
  readonly replaced: readonly string[];
  /** Entries that only conda can install: named to the user, never passed over. */
  readonly notByPip: readonly string[];
};

/** Packages that conda-forge and PyPI call by different names. */
const pipNames = new Map<string, string>(
  Object.entries({
    pytorch: "torch",
    "pytorch-lightning": "pytorch-lightning",
    "py-xgboost": "xgboost",
    tensorflow: "tensorflow",
    opencv: "opencv-python",
    "matplotlib-base": "matplotlib",
    "faiss-cpu": "faiss-cpu",
    "python-dateutil": "python-dateutil",
  }),
);

/** Packages of conda that are part of any Python environment, or of conda itself. */
const included = new Set(["pip", "setuptools", "wheel", "conda", "ca-certificates"]);

/** Packages that are not Python packages. */
const systemPackages =
  /^(cudatoolkit|cuda[-_].*|cudnn|nccl|gcc.*|gxx.*|cmake|make|nodejs|r-.*|r|openjdk|ffmpeg|libgomp|mkl|openmpi|mpi|mpi4py|git|compilers|.*::.*)$/i;

/** Tells what pip can install of a conda specification. */
export function planPip(conda: CondaSpecification): PipPlan {
  const dependencies = Array.isArray(conda["dependencies"]) ? (conda["dependencies"] as readonly unknown[]) : [];
  const requirements: string[] = [];
  const replaced: string[] = [];
  const notByPip: string[] = [];
  let python: string | undefined;
  for (const entry of dependencies) {
    if (typeof entry === "object" && entry !== null && "pip" in entry) {
      requirements.push(...(Array.isArray(entry.pip) ? (entry.pip as readonly unknown[]).map(String) : []));
      continue;
    }
    const text = String(entry).trim();
    const [, name = text, constraint = ""] = /^([A-Za-z0-9_.:/-]+)\s*(.*)$/.exec(text) ?? [];
    const lower = name.toLowerCase();
    if (lower === "python") python = /\d+(\.\d+)?/.exec(constraint)?.[0];
    else if (included.has(lower)) continue;
    else if (systemPackages.test(name)) notByPip.push(text);
    else {
      replaced.push(text);
      requirements.push(`${pipNames.get(lower) ?? name}${pipConstraint(constraint)}`);
    }
  }
  return { requirements, replaced, notByPip, ...(python === undefined ? {} : { python }) };
}

/** conda's `=1.2` is pip's `==1.2.*`; a build string behind it means nothing to pip. */
function pipConstraint(constraint: string): string {
  const text = constraint.trim().replaceAll(/\s+/g, "");
  const [, version] = /^=([^=][^=]*)(=.*)?$/.exec(text) ?? [];
  if (version === undefined) return text;
  return version.includes("*") ? `==${version}` : `==${version}${version.split(".").length >= 3 ? "" : ".*"}`;
}

/** The same requirements for the same Python are the same environment. */
export function environmentKey(requirements: readonly string[], pythonVersion: string): string {
  return createHash("sha256")
    .update(JSON.stringify([pythonVersion, ...requirements]))
    .digest("hex")
    .slice(0, 16);
}
