import type { ServiceError } from "../azure/outcome.ts";

const whereRaised = "https://ml.azure.com/quota";

/** `DSv2` of `Standard_DS3_v2`: the family that a quota is kept for. */
function familyOf(size: string): string | undefined {
  const [, letters = "", , features = "", chip = "", version = ""] =
    /^(?:Standard_)?([A-Z]+)(\d+)(?:-\d+)?([a-z]*)((?:_[A-Z]+\d+[A-Z]*)?)(?:_(v\d+))?$/i.exec(size) ?? [];
  return letters === ""
    ? undefined
    : `${letters.toUpperCase()}${features.toUpperCase()}${chip.replace("_", "")}${version.toLowerCase()}`;
}

/** What a quota that is too small takes: which family in which region, and where it is raised. */
export function quotaAdvice(
  { message }: ServiceError,
  { size, region }: { readonly size?: string | undefined; readonly region?: string | undefined },
): string {
  const named = size ?? /\b(Standard_[A-Za-z]+\d+\w*)\b/.exec(message)?.[1];
  const family = named === undefined ? undefined : familyOf(named);
  const whose = [
    family === undefined ? "" : ` of the family ${family}`,
    named === undefined ? "" : ` (size ${named})`,
    region === undefined ? "" : ` in ${region}`,
  ].join("");
  return `The quota${whose} does not cover it. Lower min_instances, choose another size or region, or ask for more quota at ${whereRaised} (Azure portal: Quotas, Machine learning).`;
}
