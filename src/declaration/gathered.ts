import type { DeclaredKindName } from "../asset/declared.ts";
import type { DeployDocument } from "../deployment/document.ts";
import type { Position, Problem } from "../yaml/problem.ts";
import type { SourceDocument, SourceNode } from "../yaml/source.ts";
import type { RunLimits, RunRetries } from "./beside-run.ts";
import type { DeclaredWorkspace } from "./declaration.ts";
import type { DeclaredPrice } from "./prices.ts";
import type { RunDefaults } from "./run-defaults.ts";

/** What to read, from the inputs. */
export type DeclarationRequest = {
  /** Paths and globs. */
  readonly config: readonly string[];
  /**
   * True where a tool has listed these paths, and no person named them: like what a pattern matches, a file may then be
   * anything, and a part of what is to be deployed may stand alone.
   */
  readonly isListed?: boolean;
  /** The input `targets`: YAML, a list of targets. */
  readonly inlineTargets?: string | undefined;
  /** The input `run`: path of a job file, in place of the declared one. */
  readonly run?: string | undefined;
  /** The input `deploy`: paths and globs, in place of what is declared. */
  readonly deploy?: readonly string[];
  readonly set: readonly string[];
  readonly only: readonly string[];
  /** Absolute. */
  readonly workingDirectory: string;
  /** Absolute folder of the checkout. */
  readonly checkout: string;
  readonly subscriptionId?: string | undefined;
  readonly resourceGroup?: string | undefined;
  /** True for commands that can do without anything declared: a missing default file is then not a problem. */
  readonly optional?: boolean;
  /** What a `deploy.json` makes the name of its service of, where it has none. */
  readonly github?: { readonly repository: string; readonly ref: string };
  /** True where nothing is carried out: a file of az ml that `deploy` does not name need not be whole. */
  readonly isCheck?: boolean;
  /** Names of the variables that the step has: a `deploy.json` takes its keys from some. */
  readonly variables?: readonly string[];
  /** Absolute paths of what changed: only problems of these files, and of files that refer to them, are reported. */
  readonly changed?: readonly string[] | undefined;
};

type Declared<Value> = { readonly value: Value; readonly where: Position };

/** One mapping or document that says what is to be deployed, before parts are put together. */
export type DeployPart =
  | { readonly is: "mapping"; readonly node: SourceNode; readonly parts: readonly DeployPart[]; readonly isOpen?: true }
  | {
      readonly is: "document";
      readonly node: SourceNode;
      readonly declares: DeployDocument;
      /** Nothing is deployed in this call: what az ml, or aml-deploy, is given beside the file may be missing in it. */
      readonly isOpen?: true;
    };

/** Where everything is declared, before it is read in detail. */
export type Gathered = {
  readonly workspaces: { readonly workspace: DeclaredWorkspace; readonly where: Position }[];
  readonly targets: SourceNode[];
  readonly runs: SourceNode[];
  /** Jobs that a pattern matched beside others: checked, and none of them the one that is meant. */
  readonly otherJobs: SourceNode[];
  /** Files that declare assets of their own. */
  readonly assets: {
    readonly kind: DeclaredKindName;
    readonly node: SourceNode;
    /** Named by `deploy`. */
    readonly isOfDeploy?: true;
  }[];
  readonly gates: SourceNode[];
  /** Each with the place of its key, where a file has them. */
  readonly limits: Declared<RunLimits>[];
  readonly retries: Declared<RunRetries>[];
  /** The key `overrides` of a file. */
  readonly overrides: SourceNode[];
  /** What a file says of the run that it names. */
  readonly runDefaults: { readonly node: SourceNode; readonly value: RunDefaults }[];
  /** Run configurations, each with the job that it was read as, and what that has found. */
  readonly runConfigurations: {
    readonly document: SourceDocument;
    readonly node: SourceNode;
    readonly problems: readonly Problem[];
  }[];
  /** One list for each file that has prices. */
  readonly prices: (readonly DeclaredPrice[])[];
  /** What is to be deployed, part by part. */
  readonly deploys: DeployPart[];
  /** Parts that a pattern of `config` matched: checked, and not deployed. */
  readonly otherDeploys: DeployPart[];
  readonly files: string[];
  readonly skipped: { readonly file: string; readonly reason: string }[];
  readonly problems: Problem[];
  /** Every document that was read. */
  readonly documents: SourceDocument[];
};
