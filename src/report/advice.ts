import type { ServiceError } from "../azure/outcome.ts";
import { isGeneralCode } from "../azure/service-error.ts";
import type { Hint } from "../compute/kind.ts";
import { kindHints } from "../compute/target.ts";
import { quotaAdvice } from "./advice-quota.ts";
import { missingPermission } from "./advice-permission.ts";

const commandFailed = "The job's own command failed. Its log is below.";

/** What the failed call was about, as far as it is known. */
export type About = {
  /** az ml's `type` of the target: its kind's own hints are used then, and no other kind's. */
  readonly type?: string | undefined;
  readonly size?: string | undefined;
  readonly region?: string | undefined;
  /** True where the declaration names the resource that is attached by its id. */
  readonly declaresId?: boolean;
};

/** What is known of a failure: what helps, and the declared fields that it is about, of which the first that is declared counts. */
type Known = {
  readonly advice: string | ((error: ServiceError, about: About) => string | undefined);
  readonly fields?: readonly string[];
};

const quotaTooSmall: Known = { advice: quotaAdvice, fields: ["min_instances", "size", "agent_vm_size"] };

const nameTaken: Known = {
  advice: "Compute names are unique in a region, across all workspaces. Choose another name.",
  fields: ["name"],
};

/** Limits differ by kind and over the years, so the service's own word is passed on. */
const nameRefused: Known = {
  advice: ({ message }) => {
    const [rule] = /between \d+ and \d+ characters/i.exec(message) ?? [];
    const words = rule === undefined ? "is in its message" : `asks for ${rule}`;
    return `The service's rule for the name ${words}. It counts, whatever validate said: choose a name that follows it.`;
  },
  fields: ["name"],
};

const imageBuild: Known = {
  advice: "Building the environment failed. The image build log says which package; pin versions that exist.",
  fields: ["environment"],
};

const sizeNotOffered: Known = {
  advice: (_, { size, region }) =>
    `The region${region === undefined ? "" : ` ${region}`} does not offer ${size === undefined ? "this size" : `the size ${size}`} to the subscription. Choose another size, or another location: az ml compute list-sizes shows what there is.`,
  fields: ["size", "agent_vm_size"],
};

const subnetFull: Known = {
  advice:
    "The subnet has too few free addresses. Each node takes one: use a larger subnet, free addresses in it, or lower the number of nodes.",
  fields: ["network_settings.subnet"],
};

/** What a code means, whatever the sentence beside it says. The first that fits decides. */
const byCode: readonly ({ readonly code: RegExp } & Known)[] = [
  {
    code: /^RequestDisallowedBy(Policy|Azure)$/i,
    advice: ({ message }) => {
      const [, name] =
        /"policyDefinition"\s*:\s*\{[^{}]*"name"\s*:\s*"([^"]+)"/.exec(message) ??
        /policy is '([^']+)'/i.exec(message) ??
        [];
      return `An Azure policy${name === undefined ? "" : `, '${name}',`} forbids this in the subscription or resource group. Declare what the policy allows, or ask whoever assigns policies there for an exemption; no role of the identity changes it.`;
    },
  },
  {
    code: /^(MissingSubscriptionRegistration|SubscriptionNotRegistered|.*ProviderNotRegistered)$/i,
    advice: ({ message }) => {
      const [, provider] = /['"]?(Microsoft\.\w+(?:\.\w+)*)['"]?/.exec(message) ?? [];
      return `The subscription is not registered for the resource provider${provider === undefined ? " that the message names" : ` ${provider}`}. Register it once: az provider register --namespace ${provider ?? "NAMESPACE"}`;
    },
  },
  {
    code: /^(ReadOnlyDisabledSubscription|SubscriptionDisabled|DisabledSubscription|AccountIsDisabled)$/i,
    advice:
      "The subscription is disabled, so it can only be read. Its owner has to enable it again in the Azure portal (Subscriptions).",
  },
  {
    // ARM answers it with 401: the sign-in was in order, in a tenant that has nothing to say about the subscription.
    code: /^InvalidAuthenticationTokenTenant$/i,
    advice:
      "The subscription belongs to another tenant than the one of the sign-in. Set tenant-id to its own: az account show --query tenantId --subscription SUBSCRIPTION_ID",
  },
  {
    code: /^(LinkedAuthorizationFailed|AuthorizationFailed|Authorization_RequestDenied|Forbidden|Unauthorized|NotAuthorized|AuthorizationPermissionMismatch|LinkedAccessCheckFailed|InsufficientPermissions?|PermissionDenied|AccessDenied|UserForbidden|HTTP403)$/i,
    advice: missingPermission,
  },
  {
    code: /^(InvalidAuthenticationToken(Audience)?|ExpiredAuthenticationToken|InvalidAuthenticationInfo|HTTP401)$/i,
    advice:
      "Azure rejects the token, and a fresh one as well. Check that cloud and tenant-id are those of the subscription; the command doctor shows who signs in, and how.",
  },
  {
    code: /^KeyBasedAuthenticationNotPermitted$/i,
    advice:
      "The storage account does not accept keys. Give the identity Storage Blob Data Contributor on it: the upload then continues with the identity.",
  },
  { code: /Quota|OperationNotAllowedByQuota/i, ...quotaTooSmall },
  {
    code: /^(ComputeNameNotAvailable|NameNotAvailable|NameAlreadyExists|AlreadyExists|ComputeAlreadyExists|NameUnavailable)$/i,
    ...nameTaken,
  },
  { code: /^(InvalidComputeName|ComputeNameInvalid|InvalidName|InvalidResourceName)$/i, ...nameRefused },
  {
    code: /^(AttachmentReplaced|AttachedTwice)$/i,
    advice:
      "Another attachment of the same resource took its place. Keep one of the two; on-conflict: replace detaches the other.",
    fields: ["resource_id"],
  },
  {
    code: /^(SkuNotAvailable|InvalidVmSize|VmSizeNotSupported|SizeNotSupported|UnsupportedVmSize)$/i,
    ...sizeNotOffered,
  },
  {
    code: /SubnetIsFull|NotEnoughIp|InsufficientIp|SubnetFull|SubnetWithNoAvailableIp|InsufficientSubnetSize/i,
    ...subnetFull,
  },
  { code: /ImageBuildFail/i, ...imageBuild },
  {
    code: /^(UserAssignedIdentityNotFound|FailedIdentityOperation|ManagedIdentityNotFound)$/i,
    advice:
      "The user-assigned identity does not exist, or not in this tenant. Fix the id under identity, or assign the identity to the compute.",
    fields: ["identity"],
  },
  {
    code: /^(Invalid)?Compute(Target)?(NotFound|DoesNotExist|NotReady|Invalid)?$/i,
    advice: "The service cannot use the compute. Name one that is in the workspace and Succeeded: az ml compute list",
    fields: ["compute"],
  },
  {
    code: /^Environment(Version|Definition)?(NotFound|DoesNotExist|Invalid)$/i,
    advice: "The workspace has no such environment. Check name and version: az ml environment list",
    fields: ["environment"],
  },
  {
    code: /^(Data(set|Asset|Version)?|Input(Data)?)(NotFound|DoesNotExist|Invalid)$/i,
    advice: "An input names data that the workspace does not have. Check name, version and path: az ml data list",
    fields: ["inputs"],
  },
  {
    code: /^(Resource|.*Cluster|.*Vm|.*Machine|Linked|ParentResource|ResourceGroup|Subscription)?NotFound$/i,
    advice: (_, { declaresId }) =>
      declaresId === false ? undefined : "Check the ID: subscription, resource group and name.",
    fields: ["resource_id"],
  },
];

/**
 * Where the code says only that something failed, the service's own sentence decides. Each of these is one that the
 * service is known to send. Sources: `docs/troubleshooting.md`.
 */
const bySentence: readonly ({ readonly when: RegExp } & Known)[] = [
  {
    when: /\bv?(CPUs?|cores?)\b[^.]*\bquota\b|\bquota\b[^.]*\b(v?CPUs?|cores?|exceed|limit|reached)|exceed[^.]*\bquota|CoreQuota|quota limits?/i,
    ...quotaTooSmall,
  },
  {
    when: /role (check|assignment)[^.]*(fail|missing|not found)|check the role assignment|does not have (the )?(required |necessary )?(role|permission)s?\b|does not have authorization|not authorized to perform/i,
    advice: (error) =>
      /role/i.test(error.message) && !/perform action/i.test(error.message)
        ? "An identity lacks a role. Give the identity that the message names, else the identity of the target or of the workspace, its role on the resource behind the target; a new role assignment takes up to an hour. The command doctor lists the permissions that are needed."
        : missingPermission(error),
  },
  {
    when: /subnet[^.]*(does not have|not) enough[^.]*(IP|address)|not enough (available )?IP addresses|insufficient IP/i,
    ...subnetFull,
  },
  {
    when: /(VM|virtual machine)?\s?(size|sku)[^.]*(is )?not (supported|available|offered)( for| in)?|not supported (in|for) (the )?(region|location)|InvalidVmSize/i,
    ...sizeNotOffered,
  },
  { when: /name .* is not available|needs to be unique across all existing computes/i, ...nameTaken },
  { when: /compute name is invalid|name[^.]*between \d+ and \d+ characters/i, ...nameRefused },
  { when: /image build/i, ...imageBuild },
  { when: /exit code/i, advice: commandFailed, fields: ["command"] },
];

/** Failures of the service's own that have passed at a later try. */
const passing =
  /^(InternalServerError|InternalError|ServerError|ServiceUnavailable|ServiceError|GatewayTimeout|BadGateway|RequestTimeout|OperationTimedOut|TooManyRequests|ServerBusy|ServerTimeout|HTTP(408|429|5\d\d)|AnotherOperationInProgress|OperationInProgress|RetryableError|InternalOperationError|NotCarriedOut|OperationCanceled|OperationCancelled)$/i;

/** What to do about an error; `undefined` where nothing is known to help. */
export function adviceFor(error: ServiceError, about: About = {}): string | undefined {
  if (error.advice !== undefined) return error.advice;
  // What a script says of its own failure reads like one of the service's: "Permission denied", "unable to connect".
  if (isOfCommand(error)) return commandFailed;
  for (const cause of causesOf(error)) {
    const { advice } = knownOf(cause, about) ?? {};
    const told = typeof advice === "function" ? advice(cause, about) : advice;
    if (told !== undefined) return told;
  }
  return undefined;
}

/** The declared fields that an error is known to be about, the most certain first; of a run's own program its command. */
export function fieldsOf(error: ServiceError, about: About = {}): readonly string[] {
  if (isOfCommand(error)) return ["command"];
  return causesOf(error).flatMap((cause) => [
    // What the service names itself is more certain than what its codes are known for.
    ...(cause.target === undefined ? [] : [cause.target]),
    ...(knownOf(cause, about)?.fields ?? []),
  ]);
}

function isOfCommand({ code, message, details }: ServiceError): boolean {
  return (
    /ExecutionFailed|UserProgramException|User program failed|User process '[^']*' exited/i.test(
      `${code} ${message}`,
    ) || details.some(isOfCommand)
  );
}

/** The deepest cause first. */
function causesOf(error: ServiceError): readonly ServiceError[] {
  return [...error.details.flatMap(causesOf), error];
}

function knownOf({ code, message }: ServiceError, { type }: About): Known | undefined {
  const hints: readonly Hint[] = kindHints(type);
  const known = hints.find(({ when }) => when.test(code)) ?? byCode.find((entry) => entry.code.test(code));
  if (known !== undefined) return known;
  // A kind knows the sentences of its own service, under whatever code that nobody else explains.
  const ofKind = type === undefined ? undefined : hints.find(({ when }) => when.test(message));
  if (ofKind !== undefined || !isGeneralCode(code)) return ofKind;
  return bySentence.find(({ when }) => when.test(message));
}

/** The same; and of a failure that is known to pass, to try again. Of anything else that is unknown nothing is advised. */
export function whatToDo(error: ServiceError, about: About = {}): string | undefined {
  const known = adviceFor(error, about);
  if (known !== undefined || error.correlationId === undefined || !isPassing(error)) return known;
  return "Run the command again. If it fails again, send these IDs to Azure support.";
}

function isPassing(error: ServiceError): boolean {
  const [first] = error.details;
  return passing.test(error.code) && (first === undefined || error.details.every(isPassing));
}
