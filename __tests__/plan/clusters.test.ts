import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { removalActionFor } from "../../src/attach/remove.ts";
import type { LiveCompute } from "../../src/azure/computes.ts";
import { attachmentOf, isAttachedBy, type ComputeTarget } from "../../src/compute/target.ts";
import { duplicateProblems } from "../../src/declaration/duplicates.ts";
import { plan } from "../../src/plan/plan.ts";
import type { PlanOptions } from "../../src/plan/step.ts";
import { aks, clusterId, kubernetes, liveAks, liveKubernetes, workspace } from "../support/targets.ts";

const strict: PlanOptions = { onDrift: "fail", onConflict: "fail", allowDelete: false };

type Case = {
  readonly when: string;
  readonly declared: readonly ComputeTarget[];
  readonly live: readonly LiveCompute[];
  readonly options?: Partial<PlanOptions>;
  readonly expected: readonly object[];
};

const one = clusterId("one");
const two = clusterId("two");
/** A cluster that the service made, as AKS one. */
const made = (fields: Partial<LiveCompute> = {}) =>
  liveAks({ isAttachedCompute: false, properties: { agentCount: 3, agentVmSize: "Standard_D3_v2" }, ...fields });
const tls = { by: "leaf-domain", label: "scoring", overwriteExistingDomain: false } as const;

describe("a plan for AKS clusters", () => {
  it.each<Case>([
    {
      when: "nothing is live",
      declared: [aks(), aks({ name: "own", resourceId: one })],
      live: [],
      expected: [{ do: "create" }, { do: "attach" }],
    },
    {
      when: "the cluster that the service made is live",
      declared: [aks({ agentCount: 3 })],
      live: [made()],
      expected: [{ do: "keep" }],
    },
    {
      when: "the cluster that the service made was attached again by its own id",
      declared: [aks({ agentCount: 3, tls })],
      live: [
        liveAks({ properties: { agentCount: null, sslConfiguration: { status: "Auto", leafDomainLabel: "scoring" } } }),
      ],
      expected: [{ do: "keep" }],
    },
    {
      when: "TLS of an attached cluster changes",
      declared: [aks({ resourceId: one, tls })],
      live: [liveAks()],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach", remove: [liveAks()] }],
    },
    {
      when: "TLS of an attached cluster changes in place",
      declared: [aks({ resourceId: one, tls })],
      live: [liveAks()],
      options: { onDrift: "update" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "TLS of a cluster that the service made changes",
      declared: [aks({ agentCount: 3, tls })],
      live: [made()],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach", target: { resourceId: one }, remove: [{ name: "scoring", by: "Detach" }] }],
    },
    {
      when: "the nodes of a cluster that the service made change",
      declared: [aks({ agentCount: 4, tls })],
      live: [made()],
      options: { onDrift: "reattach" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "the nodes of a cluster that the service made change, and deleting is allowed",
      declared: [aks({ agentCount: 4, tls })],
      live: [made()],
      options: { onDrift: "reattach", allowDelete: true },
      expected: [{ do: "recreate", remove: [made()] }],
    },
    {
      when: "another cluster is declared where the service made one",
      declared: [aks({ resourceId: two })],
      live: [made()],
      options: { onDrift: "reattach" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "another cluster is declared where a failed one is that the service made",
      declared: [aks({ resourceId: two })],
      live: [made({ provisioningState: "Failed" })],
      options: { onDrift: "reattach" },
      expected: [{ do: "refuse", because: "drift" }],
    },
    {
      when: "a cluster that the service made and that was attached again has failed",
      declared: [aks({ agentCount: 3 })],
      live: [liveAks({ provisioningState: "Failed" })],
      expected: [{ do: "reattach", target: { resourceId: one } }],
    },
    {
      when: "a cluster that the service made has failed",
      declared: [aks({ agentCount: 3 })],
      live: [made({ provisioningState: "Failed" })],
      expected: [{ do: "refuse", because: "provisioning-failed" }],
    },
    ...["made", "attached"].map((origin) => ({
      when: `a cluster that the service made is being removed from the workspace, where it is ${origin}`,
      declared: [aks({ agentCount: 3 })],
      live: [(origin === "made" ? made : liveAks)({ provisioningState: "Deleting" })],
      expected: [{ do: "wait" }],
    })),
    {
      when: "a cluster that the service made is being removed, and is declared by another one",
      declared: [aks({ agentCount: 3 }), aks({ name: "own", resourceId: one })],
      live: [made({ provisioningState: "Deleting" })],
      expected: [{ do: "create" }, { do: "attach" }],
    },
    {
      when: "a cluster is being removed that is declared",
      declared: [aks({ resourceId: one })],
      live: [liveAks({ provisioningState: "Deleting" })],
      expected: [{ do: "attach" }],
    },
    {
      when: "the compute that is being removed under the name is not an AKS compute",
      declared: [aks({ agentCount: 3 })],
      live: [liveKubernetes({ name: "scoring", provisioningState: "Deleting" })],
      expected: [{ do: "create" }],
    },
    {
      when: "the service made the cluster under another name, to be replaced",
      declared: [aks({ name: "own", resourceId: one })],
      live: [made()],
      options: { onConflict: "replace" },
      expected: [{ do: "replace", remove: [{ name: "scoring", by: "Detach" }] }],
    },
    {
      when: "Kubernetes takes the place of a cluster that the service made",
      declared: [kubernetes()],
      live: [made()],
      options: { onConflict: "replace" },
      expected: [{ do: "replace", remove: [{ name: "scoring", by: "Detach" }] }],
    },
    {
      when: "another target declares what the service made for the first",
      declared: [aks(), kubernetes()],
      live: [made()],
      options: { onConflict: "replace", onDrift: "reattach" },
      expected: [{ do: "keep" }, { do: "refuse", because: "conflict" }],
    },
  ])("decides $expected when $when", ({ declared, live, options, expected }) => {
    expect(plan(declared, live, workspace, { ...strict, ...options }).steps).toMatchObject(expected);
  });

  it("says that a service-created cluster is not deleted", () => {
    const [step] = plan([aks({ tls })], [made()], workspace, { ...strict, onDrift: "reattach" }).steps;
    expect(step?.reason).toContain(`it is detached, never deleted, and attached again by its own id, ${one}`);
  });
});

describe("a plan for Kubernetes clusters", () => {
  it.each<Case>([
    {
      when: "the cluster is attached in another namespace",
      declared: [kubernetes({ namespace: "b" })],
      live: [liveKubernetes({ name: "other", namespace: "a" })],
      expected: [{ do: "attach" }],
    },
    {
      when: "the cluster is attached in the same namespace",
      declared: [kubernetes({ namespace: "a" })],
      live: [liveKubernetes({ name: "other", namespace: "a" })],
      expected: [{ do: "refuse", because: "conflict" }],
    },
    {
      when: "the same namespace is to be replaced, and another is not touched",
      declared: [kubernetes({ namespace: "a" })],
      live: [liveKubernetes({ name: "other", namespace: "a" }), liveKubernetes({ name: "third", namespace: "b" })],
      options: { onConflict: "replace" },
      expected: [{ do: "replace", remove: [liveKubernetes({ name: "other", namespace: "a" })] }],
    },
    {
      when: "the cluster is attached as AKS",
      declared: [kubernetes()],
      live: [liveAks()],
      expected: [{ do: "refuse", because: "conflict" }],
    },
    {
      when: "AKS is declared and the cluster is attached in two namespaces",
      declared: [aks({ resourceId: one })],
      live: [liveKubernetes({ name: "k8s-a", namespace: "a" }), liveKubernetes({ name: "k8s-b", namespace: "b" })],
      options: { onConflict: "replace" },
      expected: [{ do: "replace", remove: [{ name: "k8s-a" }, { name: "k8s-b" }] }],
    },
    {
      when: "two targets swap their namespaces",
      declared: [kubernetes({ name: "first", namespace: "b" }), kubernetes({ name: "second", namespace: "a" })],
      live: [liveKubernetes({ name: "first", namespace: "a" }), liveKubernetes({ name: "second", namespace: "b" })],
      options: { onDrift: "reattach" },
      expected: [{ do: "reattach" }, { do: "reattach" }],
    },
    {
      when: "identity, tags and description differ",
      declared: [kubernetes({ identity: { type: "SystemAssigned" }, tags: { a: "b" }, description: "x" })],
      live: [liveKubernetes()],
      options: { onDrift: "update" },
      expected: [{ do: "update" }],
    },
    {
      when: "the cluster is in another subscription",
      declared: [kubernetes({ resourceId: one.replaceAll("0000", "9999") })],
      live: [],
      expected: [{ do: "refuse", because: "other-subscription" }],
    },
  ])("decides $expected when $when", ({ declared, live, options, expected }) => {
    expect(plan(declared, live, workspace, { ...strict, ...options }).steps).toMatchObject(expected);
  });
});

describe("two declarations of one cluster", () => {
  it.each([
    { of: [kubernetes({ name: "a1a", namespace: "a" }), kubernetes({ name: "b1b", namespace: "b" })], duplicates: 0 },
    { of: [kubernetes({ name: "a1a", namespace: "a" }), kubernetes({ name: "b1b", namespace: "a" })], duplicates: 1 },
    { of: [kubernetes({ namespace: "a" }), aks({ resourceId: one.toUpperCase() })], duplicates: 1 },
    { of: [aks({ name: "a1a", resourceId: one }), aks({ name: "b1b", resourceId: one })], duplicates: 1 },
    { of: [aks({ name: "a1a" }), aks({ name: "b1b" })], duplicates: 0 },
    {
      of: [kubernetes({ namespace: "a" }), kubernetes({ name: "b1b", namespace: "b" }), aks({ resourceId: one })],
      duplicates: 1,
    },
  ])("$#: are $duplicates errors", ({ of, duplicates }) => {
    expect(duplicateProblems(of).map(({ code }) => code)).toEqual(Array(duplicates).fill("duplicate-resource"));
  });
});

describe("for any live state and any options,", () => {
  const names = fc.constantFrom("alpha", "beta", "gamma");
  const clusters = fc.constantFrom(one, two);
  const namespaces = fc.constantFrom("a", "b");
  const states = fc.constantFrom("Succeeded", "Failed", "Creating", "Deleting");
  const live = fc.uniqueArray(
    fc.oneof(
      fc
        .record({ name: names, resourceId: clusters, provisioningState: states, isAttachedCompute: fc.boolean() })
        .map(liveAks),
      fc
        .record({ name: names, resourceId: clusters, provisioningState: states, namespace: namespaces })
        .map(liveKubernetes),
    ),
    { selector: ({ name }) => name },
  );
  const declared = fc
    .uniqueArray(
      fc.oneof(
        fc.record({ name: names, resourceId: clusters, tls: fc.option(fc.constant(tls), { nil: undefined }) }),
        fc.record({
          name: names,
          agentCount: fc.constantFrom(3, 4),
          tls: fc.option(fc.constant(tls), { nil: undefined }),
        }),
        fc.record({ name: names, resourceId: clusters, namespace: namespaces }),
      ),
      { selector: ({ name }) => name },
    )
    .map((targets) =>
      targets.map((fields): ComputeTarget => {
        if ("namespace" in fields) return kubernetes(fields);
        const { tls: wanted, ...rest } = fields;
        return aks({ ...rest, ...(wanted === undefined ? {} : { tls: wanted }) });
      }),
    )
    .filter((targets) => duplicateProblems(targets).length === 0);
  const options = fc.record({
    onDrift: fc.constantFrom("fail", "update", "reattach", "ignore"),
    onConflict: fc.constantFrom("fail", "adopt", "replace"),
    allowDelete: fc.boolean(),
  } as const);

  it("no cluster gets a second attachment that conflicts with the first", () => {
    fc.assert(
      fc.property(declared, live, options, (targets, computes, allowed) => {
        const { steps } = plan(targets, computes, workspace, allowed);
        const gone = new Set(steps.flatMap((step) => ("remove" in step ? step.remove : [])).map(({ name }) => name));
        const attached = steps.filter((step) => step.do === "attach" || "remove" in step).map(({ target }) => target);
        for (const target of attached) {
          const beside = computes.filter(
            (compute) =>
              isAttachedBy(target, compute) &&
              compute.name !== target.name &&
              compute.provisioningState !== "Deleting" &&
              !gone.has(compute.name),
          );
          expect(beside).toEqual([]);
        }
        expect(duplicateProblems(attached)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it("nothing that the service made is deleted without consent, and no resource that is attached next is ever deleted", () => {
    fc.assert(
      fc.property(declared, live, options, (targets, computes, allowed) => {
        for (const step of plan(targets, computes, workspace, allowed).steps) {
          for (const compute of "remove" in step ? step.remove : []) {
            const action = compute.by ?? removalActionFor(compute);
            if (action !== "Delete") continue;
            expect(allowed.allowDelete).toBe(true);
            expect(compute.isAttachedCompute).toBe(false);
            expect(attachmentOf(step.target)?.resourceId).not.toBe(compute.resourceId);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("no service-created cluster is detached and then left detached", () => {
    fc.assert(
      fc.property(declared, live, options, (targets, computes, allowed) => {
        for (const step of plan(targets, computes, workspace, allowed).steps) {
          for (const compute of "remove" in step ? step.remove : []) {
            if (compute.isAttachedCompute !== false || compute.by !== "Detach") continue;
            expect(attachmentOf(step.target)?.resourceId).toBe(compute.resourceId);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
