import { graphBody, type GraphFacts, type V1Graph } from "./graph.ts";

/** What is said of a run beside its graph. */
export type CreationFacts = GraphFacts & {
  /** Where the pipeline has no description of its own. */
  readonly description: string;
  /** By which the run is found again. The official client gives none. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
};

/** Body of `POST …/PipelineRuns/Unsubmitted/CreationInfoWithGraph`. */
export function creationBody(graph: V1Graph, facts: CreationFacts) {
  const { tags, properties } = facts;
  return {
    CreationInfo: {
      Description: graph.description ?? facts.description,
      ContinueExperimentOnNodeFailure: false,
      ParameterAssignments: {},
      DataPathAssignments: {},
      DataSetDefinitionValueAssignments: {},
      RunSource: "SDK",
      RunType: "SDK",
      CredentialPassthrough: false,
      ...(tags === undefined ? {} : { tags }),
      ...(properties === undefined ? {} : { Properties: properties }),
    },
    ...graphBody(graph, facts),
  };
}
