import type { z } from "zod";
import type { AddProblem } from "../../compute/kind.ts";
import type { Workload } from "../../compute/workload.ts";
import type { Problem } from "../../yaml/problem.ts";
import type { NodePath, SourceNode } from "../../yaml/source.ts";
import type { JobCode } from "../parts/code.ts";

/** What a compute is that a step runs on, as far as the wire needs it. */
export type StepCompute = {
  readonly name: string;
  /** What the service calls the kind, of one that runs scripts. */
  readonly scriptStepType?: string;
  /** ARM id of what is attached. */
  readonly resourceId?: string;
};

/** A parameter of a step as its module declares it and its node sets it. */
export type StepParameter = {
  readonly name: string;
  readonly isOptional: boolean;
  /** In the module, and in its hash. */
  readonly default?: string;
  /** In the module's hash in place of `default`. */
  readonly hashed?: string;
  /** In the node; a pipeline's parameter by its name, or what only the live compute can tell. */
  readonly value?:
    string | { readonly parameter: string } | { readonly of: (compute: StepCompute) => string | undefined };
  /** The variable that the script finds it in. */
  readonly variable?: string;
};

export type StepArgument = { readonly is: "Literal" | "Input" | "Output"; readonly value: string };

/** What a port is connected with: a data reference, a data path parameter, or what another step writes. */
export type InputSource =
  | { readonly is: "reference"; readonly name: string }
  | { readonly is: "datapath"; readonly parameter: string; readonly name: string }
  | { readonly is: "output"; readonly name: string };

export type StepInput = {
  /** The name of its port. */
  readonly port: string;
  readonly source: InputSource;
  readonly mode: string;
  readonly pathOnCompute?: string;
  readonly overwrite?: boolean;
};

export type StepOutput = {
  readonly port: string;
  /** The name by which other steps' `source` finds it. */
  readonly destination: string;
  /** Without one, the workspace's default datastore. */
  readonly datastore?: string;
  readonly mode: string;
  readonly pathOnCompute?: string;
  readonly overwrite?: boolean;
};

/** What the type of a step says of it, beside what all steps have. */
export type StepParts = {
  readonly name: string;
  readonly version?: string;
  readonly parameters: readonly StepParameter[];
  readonly metadata: readonly StepParameter[];
  /** Absent for a type whose modules have none. */
  readonly arguments?: readonly StepArgument[];
  readonly folder?: JobCode & { readonly from: "local" };
  /** Run configuration of the first SDK, as JSON text. */
  readonly runconfig?: string;
};

/** A step of a pipeline of the first SDK, read and checked. */
export type V1Step = StepParts & {
  /** Its key in the file. */
  readonly key: string;
  readonly type: string;
  readonly executionType: string;
  readonly isDeterministic: boolean;
  readonly compute: string;
  /** Where in the pipeline its compute is named. */
  readonly computePath: NodePath;
  readonly workload: Workload;
  readonly inputs: readonly StepInput[];
  readonly outputs: readonly StepOutput[];
};

/** A parameter of the pipeline; a data path is an input that a submission may replace. */
export type PipelineParameter =
  | { readonly is: "value"; readonly type: "string" | "int" | "float" | "bool"; readonly default: string }
  | {
      readonly is: "datapath";
      /** The name of the port that it is connected with. */
      readonly port: string;
      readonly datastore: string;
      readonly path: string;
    };

export type StepReader<Keys> = {
  /** The step. */
  readonly node: SourceNode;
  readonly value: Keys;
  /** Adds a problem at a key of the step. */
  readonly add: AddProblem;
  /** Adds problems that are at places of their own, in files that the step names. */
  readonly addProblems: (problems: readonly Problem[]) => void;
  readonly inputs: readonly (StepInput & { readonly key: string })[];
  readonly outputs: readonly StepOutput[];
  readonly parameters: ReadonlyMap<string, PipelineParameter>;
  readonly compute: string;
};

/** Everything about one type of step. A type is one file that exports these names. */
export type StepType = {
  /** The word of `type`. */
  readonly type: string;
  readonly executionType: string;
  readonly workload: Workload;
  /** Its keys and those that all steps have. */
  readonly schema: () => z.ZodType;
  /** Keys that the official client takes, and that never reach the service, each with what to do about it. */
  readonly unsent: Readonly<Record<string, string>>;
  /** @param reader its value is what the shape has let through. */
  readonly read: (reader: StepReader<never>) => StepParts | undefined;
};
