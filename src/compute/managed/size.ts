import type { Problem } from "../../yaml/problem.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";

/**
 * `Standard_` or `Basic_`, the family's letters, the number of virtual CPUs (with constrained ones after a dash),
 * features, accelerator and version: `Standard_E4-2s_v3`, `Standard_NC24ads_A100_v4`. Case does not matter.
 * @see https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
 */
const form = /^(standard|basic)_[a-z]+\d+(-\d+)?[a-z]*(_[a-z0-9]+)*$/i;

export function isSizeForm(size: string): boolean {
  return form.test(size);
}

/** Series that Azure Machine Learning no longer runs, with the day on which that ended. */
const retired: readonly {
  readonly form: RegExp;
  readonly series: string;
  readonly on: string;
  readonly use: string;
}[] = [
  { form: /^standard_nc\d+r?(_promo)?$/i, series: "NC", on: "2023-08-31", use: "Standard_NC4as_T4_v3" },
  { form: /^standard_nc\d+r?s_v2$/i, series: "NCv2", on: "2023-08-31", use: "Standard_NC24ads_A100_v4" },
  { form: /^standard_nd\d+r?s$/i, series: "ND", on: "2023-08-31", use: "Standard_NC24ads_A100_v4" },
  { form: /^standard_nv\d+(_promo)?$/i, series: "NV", on: "2023-08-31", use: "Standard_NV6ads_A10_v5" },
  { form: /^(standard|basic)_a\d+$/i, series: "Av1", on: "2024-08-31", use: "Standard_DS3_v2" },
  { form: /^standard_hb60(-\d+)?rs$/i, series: "HB", on: "2024-08-31", use: "Standard_HB120rs_v3" },
];

/**
 * A size of a form that no VM size has, and one of a retired series. Whether the region offers a well-formed size, only
 * the service knows.
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-create-attach-compute-cluster
 */
export function sizeProblems(size: string, node: SourceNode, key = "size"): readonly Problem[] {
  const where = positionOf(node, [key]);
  if (!isSizeForm(size)) {
    return [
      {
        code: "unknown-size-form",
        severity: "error",
        where,
        message: `${JSON.stringify(size)} is not a valid VM size name.`,
        fix: "Write it as Azure does, for example Standard_DS3_v2.",
      },
    ];
  }
  const series = retired.find((one) => one.form.test(size));
  if (series === undefined) return [];
  return [
    {
      code: "retired-size",
      severity: "warning",
      where,
      message: `The size ${JSON.stringify(size)} is of the series ${series.series}, which was retired on ${series.on}.`,
      fix: `Choose a current size, for example ${series.use}.`,
    },
  ];
}

/** Virtual CPUs of the first series, whose numbers only count up. */
const cpusOfFirstSeries: Readonly<Record<string, number>> = {
  1: 1,
  2: 2,
  3: 4,
  4: 8,
  5: 16,
  11: 2,
  12: 4,
  13: 8,
  14: 16,
  15: 20,
};

/**
 * How many virtual CPUs a size has, as far as its name tells: since the third version of the series the number is that of
 * the CPUs, with those that are switched on after a dash. `undefined` where the name does not tell.
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
 */
export function virtualCpus(size: string): number | undefined {
  const [, number, constrained, version] =
    /^standard_[a-z]+(\d+)(?:-(\d+))?[a-z]*(?:_[a-z]+\d+)*?(?:_v(\d+))?(?:_promo)?$/i.exec(size) ?? [];
  if (number === undefined) return undefined;
  const byName = Number(constrained ?? number);
  if (/^standard_ds?\d/i.test(size) && (version === undefined || version === "2") && !/^standard_d\d+[a-z]/i.test(size))
    return cpusOfFirstSeries[number];
  if (version !== undefined && Number(version) >= 3) return byName;
  return /^standard_(a\d+m?_v2|b\d|f\d|n[a-z]*\d)/i.test(size) ? byName : undefined;
}
