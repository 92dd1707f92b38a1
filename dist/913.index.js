export const id = 913;
export const ids = [913,541];
export const modules = {

/***/ 4748:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ defaultDatastore),
/* harmony export */   j: () => (/* binding */ createDatastores)
/* harmony export */ });
/* harmony import */ var _outcome_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8416);
/* harmony import */ var _workspace_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3281);


/** The workspace's own store, to which official clients upload when no other is named. */
const defaultDatastore = "workspaceblobstore";
/** The official client's version. */
const apiVersion = "2024-10-01-preview";
/** Every datastore is read once, however many uploads go to it. */
function createDatastores(arm, workspace, ports) {
    const opened = new Map();
    return {
        open: (name, fresh = false) => {
            const known = (fresh ? undefined : opened.get(name)) ?? open(name, arm, workspace, ports);
            opened.set(name, known);
            return known;
        },
    };
}
async function open(name, arm, workspace, { cloud, newCredential, mask }) {
    const id = `${(0,_workspace_js__WEBPACK_IMPORTED_MODULE_0__/* .workspaceId */ .R)(workspace)}/datastores/${encodeURIComponent(name)}`;
    const read = await arm.get(id, apiVersion);
    if (!read.ok)
        return read;
    const live = read.value.body?.properties ?? {};
    const { datastoreType = "", accountName, containerName } = live;
    if (datastoreType !== "AzureBlob" || accountName === undefined || containerName === undefined) {
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .failed */ .g)({
            reason: "refused",
            error: {
                code: "DatastoreNotSupported",
                message: `The datastore '${name}' is of type ${datastoreType}; local files are uploaded to blob containers only. Name another datastore, or upload the files before.`,
                details: [],
            },
        });
    }
    const url = `${accountUrl(accountName, live, cloud)}/${containerName}`;
    // A store that is accessed by identity has no secrets to give.
    if (/^none$/i.test(live.credentials?.credentialsType ?? "None")) {
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "identity", credential: await newCredential() } });
    }
    const listed = await arm.post(`${id}/listSecrets`, apiVersion, { expirableSecret: true, expireAfterHours: 1 }, { repeatable: "read" });
    if (!listed.ok) {
        // Whoever may not read the secret may have a role on the storage itself.
        if (listed.failure.status !== 403)
            return listed;
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "identity", credential: await newCredential() } });
    }
    const { sasToken, key } = (listed.value.body ?? {});
    if (sasToken !== undefined) {
        mask(sasToken);
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "sas", token: sasToken.replace(/^\?/, "") } });
    }
    if (key !== undefined) {
        mask(key);
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "key", account: accountName, key } });
    }
    return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_1__/* .succeeded */ .P)({ url, access: { by: "identity", credential: await newCredential() } });
}
/** `https://{account}.blob.core.windows.net`; on an address of a machine, which has no names below it, the account is part of the path. */
function accountUrl(account, { endpoint, protocol = "https" }, cloud) {
    const suffix = endpoint ?? cloud.storageSuffix ?? "core.windows.net";
    return /^(localhost|\[|\d+(\.\d+){3}(:|$))/.test(suffix)
        ? `${protocol}://${suffix}/${account}`
        : `${protocol}://${account}.blob.${suffix}`;
}


/***/ }),

/***/ 8416:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ succeeded),
/* harmony export */   g: () => (/* binding */ failed)
/* harmony export */ });
function succeeded(value) {
    return { ok: true, value };
}
function failed(failure) {
    return { ok: false, failure };
}


/***/ }),

/***/ 3281:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ workspaceId),
/* harmony export */   i: () => (/* binding */ readWorkspace)
/* harmony export */ });
/* harmony import */ var _outcome_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8416);

/** `/subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.MachineLearningServices/workspaces/{w}` */
function workspaceId({ subscriptionId, resourceGroup, name }) {
    return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
}
/** Reads the workspace once: everything else hangs on its id, region and discovery address. */
async function readWorkspace(arm, ref) {
    const id = workspaceId(ref);
    const answer = await arm.get(id, "2023-08-01-preview");
    if (!answer.ok)
        return answer;
    const { location, properties = {} } = (answer.value.body ?? {});
    const text = (key) => (typeof properties[key] === "string" ? properties[key] : undefined);
    const discoveryUrl = text("discoveryUrl");
    const mlFlowTrackingUri = text("mlFlowTrackingUri");
    return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .succeeded */ .P)({
        ...ref,
        id,
        location: location ?? "",
        v1LegacyMode: properties["v1LegacyMode"] === true,
        provisioningState: text("provisioningState") ?? "Unknown",
        ...(discoveryUrl === undefined ? {} : { discoveryUrl }),
        ...(mlFlowTrackingUri === undefined ? {} : { mlFlowTrackingUri }),
    });
}


/***/ }),

/***/ 1839:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ failureOf)
/* harmony export */ });
/* harmony import */ var _azure_service_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6576);

/** A failed call as a failure of the command: what could not be done, then the leaf cause in the service's own words. */
function failureOf(failure, what) {
    const leaf = (0,_azure_service_error_js__WEBPACK_IMPORTED_MODULE_0__/* .leafCause */ .y)(failure.error);
    const message = `${what}: ${leaf.message} [${leaf.code}]`;
    switch (failure.reason) {
        case "cancelled":
            return { reason: "cancelled", message: `${what}: the workflow was cancelled.` };
        case "unreachable":
        case "unknown":
            return { reason: "service-unreachable", message };
        case "not-found":
        case "refused":
            return {
                reason: failure.status === 401
                    ? "authentication-failed"
                    : failure.status === 403
                        ? "not-authorized"
                        : "workspace-unavailable",
                message,
            };
    }
}


/***/ }),

/***/ 6140:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   f: () => (/* binding */ join),
/* harmony export */   s: () => (/* binding */ nothing)
/* harmony export */ });
const nothing = { failures: [] };
/** Joins what two stretches of one command contribute; lists are put one behind the other, single values of `b` win. */
function join(a, b) {
    return {
        ...a,
        ...b,
        failures: [...a.failures, ...b.failures],
        leftGoing: [...(a.leftGoing ?? []), ...(b.leftGoing ?? [])],
        targets: [...(a.targets ?? []), ...(b.targets ?? [])],
        environments: [...(a.environments ?? []), ...(b.environments ?? [])],
        problems: [...(a.problems ?? []), ...(b.problems ?? [])],
    };
}


/***/ }),

/***/ 936:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  z: () => (/* binding */ ensureEnvironments),
  a: () => (/* binding */ planEnvironments)
});

// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/azure/outcome.js
var outcome = __webpack_require__(8416);
// EXTERNAL MODULE: ./build/upload/local-upload.js
var local_upload = __webpack_require__(1659);
// EXTERNAL MODULE: ./build/environment/version.js
var environment_version = __webpack_require__(7554);
;// CONCATENATED MODULE: ./build/environment/register.js



/** Compares a declared environment with the workspace. @throws SnapshotRefused when a build context cannot be taken. */
async function planEnvironment(asset, assets) {
    const build = asset.definition.build?.context;
    const context = build?.from === "local" ? await (0,local_upload/* takeUpload */.j)(build.folder) : undefined;
    const base = { asset, ...(context === undefined ? {} : { context }) };
    const known = asset.version === undefined ? await assets.versions("environments", asset.name) : (0,outcome/* succeeded */.P)(undefined);
    if (!known.ok)
        return known;
    const { latest, next } = known.value ?? {};
    const version = asset.version ?? latest ?? "1";
    const live = await assets.getEnvironment(asset.name, version);
    if (!live.ok)
        return live;
    if (live.value === undefined) {
        return (0,outcome/* succeeded */.P)({ ...base, action: "create", version, reason: `There is no version ${version} of it yet.` });
    }
    const differing = differingMembers(declaredBody(asset, context), live.value);
    if (differing.length === 0) {
        return (0,outcome/* succeeded */.P)({ ...base, action: "none", version, reason: `Version ${version} is as declared.` });
    }
    return (0,outcome/* succeeded */.P)({
        ...base,
        action: "update",
        version,
        ...(asset.version === undefined && next !== undefined ? { otherwise: next } : {}),
        reason: `Version ${version} differs in ${differing.join(", ")}.`,
    });
}
/** The body as far as it can be known before an upload: a local context is told by its place in the datastore. */
function declaredBody({ definition }, context) {
    const build = definition.build?.context;
    return (0,environment_version/* environmentBody */.h)(definition, build?.from === "address" ? build.url : context?.blobPath, false);
}
/** Members that the declaration sets and the live version has otherwise. What the service filled in is no difference. */
function differingMembers({ properties }, live) {
    const { build, ...rest } = properties;
    const plain = Object.entries(rest).filter(([name, value]) => JSON.stringify(sorted(value)).toLowerCase() !== JSON.stringify(sorted(live[name])).toLowerCase());
    const names = plain.map(([name]) => name).filter((name) => !(properties[name] === false && live[name] === null));
    const declared = build;
    const there = live["build"];
    if (declared === undefined)
        return names;
    const sameContext = there?.contextUri?.replace(/\/+$/, "").endsWith(declared.contextUri?.replace(/\/+$/, "") ?? "");
    const sameDockerfile = (declared.dockerfilePath ?? "Dockerfile") === (there?.dockerfilePath ?? "Dockerfile");
    return sameContext === true && sameDockerfile ? names : [...names, "build"];
}
function sorted(value) {
    if (Array.isArray(value))
        return value.map(sorted);
    if (typeof value !== "object" || value === null)
        return value ?? "";
    return Object.fromEntries(Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, sorted(member)]));
}
/** Carries a step out: the upload first, then one write. @returns the version that stands now, and its id. */
async function registerEnvironment({ asset, version, otherwise }, contextUri, assets) {
    const body = (0,environment_version/* environmentBody */.h)(asset.definition, contextUri, false);
    for (const number of [version, otherwise]) {
        if (number === undefined)
            break;
        const made = await assets.putEnvironment(asset.name, number, body);
        if (!made.ok)
            return made;
        if (!made.value.conflict)
            return (0,outcome/* succeeded */.P)({ version: number, id: made.value.id });
    }
    return (0,outcome/* failed */.g)({
        reason: "refused",
        status: 409,
        error: {
            code: "VersionExists",
            message: `Version ${version} of the environment '${asset.name}' exists with other content, and a version cannot be changed. Raise version in the file, or leave it out.`,
            details: [],
        },
    });
}

// EXTERNAL MODULE: ./build/job/dependencies.js
var dependencies = __webpack_require__(619);
// EXTERNAL MODULE: ./build/upload/snapshot.js
var snapshot = __webpack_require__(9290);
// EXTERNAL MODULE: ./build/commands/azure-failure.js
var azure_failure = __webpack_require__(1839);
;// CONCATENATED MODULE: ./build/commands/environments.js





/** What would be done to the declared environments. */
async function planEnvironments(azure, declaration, context) {
    const { steps, failures } = await compare(azure, declaration, context);
    return { environments: steps.map((step) => report(step)), failures };
}
/** Registers the declared environments that are not as declared. */
async function ensureEnvironments(azure, declaration, context) {
    const { steps, failures } = await compare(azure, declaration, context);
    const limit = (0,p_limit/* default */.A)(context.inputs.parallel);
    const done = await Promise.all(steps.map((step) => limit(() => carryOut(step, azure, context))));
    return {
        environments: done.flatMap(({ environments }) => environments ?? []),
        failures: [...failures, ...done.flatMap((one) => one.failures)],
    };
}
async function compare({ assets }, { environments }, { inputs }) {
    // `only` names targets: whoever asks for those asks for nothing else.
    if (environments.length === 0 || inputs.only.length > 0)
        return { steps: [], failures: [] };
    const limit = (0,p_limit/* default */.A)(inputs.parallel);
    const steps = [];
    const failures = [];
    await Promise.all(environments.map((asset, index) => limit(async () => {
        try {
            const step = await planEnvironment(asset, assets);
            if (step.ok)
                steps[index] = step.value;
            else
                failures.push((0,azure_failure/* failureOf */.g)(step.failure, `The environment '${asset.name}' could not be read`));
        }
        catch (error) {
            if (!(error instanceof snapshot/* SnapshotRefused */.nw))
                throw error;
            failures.push({
                reason: "invalid-declaration",
                message: `The environment '${asset.name}': ${error.message}`,
            });
        }
    })));
    return { steps: steps.filter((step) => step !== undefined), failures };
}
async function carryOut(step, azure, context) {
    if (step.action === "none")
        return { environments: [report(step)], failures: [] };
    const { name, definition } = step.asset;
    const contextUri = await (0,dependencies/* ensureContext */.c8)(definition, step.context, {
        datastores: azure.datastores,
        blobs: azure.blobs,
        signal: context.signal,
        onProgress: (message) => context.log.info(`${name}: ${message}`),
    });
    const made = contextUri.ok ? await registerEnvironment(step, contextUri.value, azure.assets) : contextUri;
    if (!made.ok) {
        const failure = (0,azure_failure/* failureOf */.g)(made.failure, `The environment '${name}' could not be registered`);
        return {
            failures: [failure.reason === "workspace-unavailable" ? { ...failure, reason: "environment-failed" } : failure],
        };
    }
    const { version, id } = made.value;
    context.log.info(`${name}: registered as version ${version}.`);
    return {
        environments: [{ ...report(step), version, id, action: version === step.version ? step.action : "create" }],
        failures: [],
    };
}
function report({ asset, version, action, reason }) {
    return { name: asset.name, version, action, reason };
}


/***/ }),

/***/ 3913:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  plan: () => (/* binding */ plan_plan),
  planAgainst: () => (/* binding */ planAgainst),
  planOptions: () => (/* binding */ planOptions)
});

// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/plan/plan.js
var plan = __webpack_require__(1583);
// EXTERNAL MODULE: ./build/plan/plan-report.js
var plan_report = __webpack_require__(7866);
// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/compute/target.js + 11 modules
var compute_target = __webpack_require__(9967);
;// CONCATENATED MODULE: ./build/plan/preflight.js


/** Steps that bring something into being; what stands already was looked at when it came. */
function isPending({ do: action }) {
    return ["create", "attach", "reattach", "recreate", "replace"].includes(action);
}
/** Looks at what is behind every target that is about to be created or attached. Reads only. */
async function runPreflights({ steps }, reads, parallel) {
    const limit = (0,p_limit/* default */.A)(parallel);
    const found = await Promise.all(steps
        .filter(isPending)
        .map(({ target }) => limit(async () => [target.name, await (0,compute_target/* preflight */.Mz)(target, reads)])));
    return new Map(found.filter(([, findings]) => findings.length > 0));
}
/** The plan without the steps that a preflight found to be bound to fail. */
function withFindings({ steps }, findings) {
    return {
        steps: steps.map((step) => {
            const errors = (findings.get(step.target.name) ?? []).filter(({ severity }) => severity === "error");
            if (errors.length === 0 || !isPending(step))
                return step;
            return {
                do: "refuse",
                because: "preflight-failed",
                target: step.target,
                differences: step.differences,
                reason: errors.map(({ message, advice }) => `${message} ${advice}`).join(" "),
            };
        }),
    };
}

// EXTERNAL MODULE: ./build/report/log-text.js
var log_text = __webpack_require__(4493);
// EXTERNAL MODULE: ./build/commands/azure-failure.js
var azure_failure = __webpack_require__(1839);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: ./build/commands/environments.js + 1 modules
var commands_environments = __webpack_require__(936);
// EXTERNAL MODULE: ./build/commands/session.js
var session = __webpack_require__(6183);
// EXTERNAL MODULE: ./build/commands/validate.js
var validate = __webpack_require__(7541);
;// CONCATENATED MODULE: ./build/commands/plan.js










/** Compares what is declared with the live workspace and reports what `apply` would do. Changes nothing. */
async function plan_plan(context) {
    const declaration = await context.declare();
    const base = (0,validate.checked)(declaration);
    if (declaration.problems.some(problem/* isError */.bJ))
        return base;
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const planned = await planAgainst(azure, declaration, context);
    const environments = await (0,commands_environments/* planEnvironments */.a)(azure, declaration, context);
    const result = (0,commands_context/* join */.f)((0,commands_context/* join */.f)(base, { ...planned.result, workspace: (0,session/* workspaceReport */.WQ)(azure) }), environments);
    if (planned.plan === undefined)
        return result;
    const refused = planned.plan.steps.filter((step) => step.do === "refuse");
    const pending = (0,plan_report/* planReport */.sH)(planned.plan).hasChanges || (environments.environments ?? []).some(({ action }) => action !== "none");
    return (0,commands_context/* join */.f)(result, {
        failures: [
            ...refused.map((step) => ({
                reason: step.because,
                message: `${step.target.name}: ${step.reason}`,
            })),
            ...(context.inputs.expectNoChanges && pending
                ? [
                    {
                        reason: "changes-pending",
                        message: "expect-no-changes is true, and the workspace is not as declared. Run apply, or change the declaration.",
                    },
                ]
                : []),
        ],
    });
}
/** One list of the workspace's computes, compared with the declaration. */
async function planAgainst(azure, declaration, context) {
    const live = await azure.computes.list();
    if (!live.ok)
        return { result: { failures: [(0,azure_failure/* failureOf */.g)(live.failure, "The computes of the workspace could not be listed")] } };
    const compared = (0,plan/* plan */.et)(declaration.targets, live.value, azure.workspace, planOptions(context));
    const findings = await runPreflights(compared, azure.resources, context.inputs.parallel);
    const planned = withFindings(compared, findings);
    const report = (0,plan_report/* planReport */.sH)(planned, findings);
    context.log.group("Plan", (0,log_text/* planLines */.HN)(report));
    return { plan: planned, result: { plan: report, failures: [] } };
}
function planOptions({ inputs }) {
    return { onDrift: inputs.onDrift, onConflict: inputs.onConflict, allowDelete: inputs.allowDelete };
}


/***/ }),

/***/ 6183:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ng: () => (/* binding */ connect),
/* harmony export */   QZ: () => (/* binding */ attachPorts),
/* harmony export */   Rw: () => (/* binding */ MissingInput),
/* harmony export */   WQ: () => (/* binding */ workspaceReport)
/* harmony export */ });
/* unused harmony export workspaceRef */
/** An action input that is needed and was not given. */
class MissingInput extends Error {
    constructor(message) {
        super(message);
        this.name = "MissingInput";
    }
}
/** The workspace: inputs first, then the declaration, then credentials and environment. */
function workspaceRef(context, declared) {
    const { inputs, fallbackWorkspace: fallback } = context;
    const subscriptionId = inputs.subscriptionId ?? declared.subscriptionId ?? fallback.subscriptionId;
    const resourceGroup = inputs.resourceGroup ?? declared.resourceGroup ?? fallback.resourceGroup;
    const name = inputs.workspace ?? declared.name ?? fallback.name;
    const missing = [
        subscriptionId === undefined ? "subscription-id" : undefined,
        resourceGroup === undefined ? "resource-group" : undefined,
        name === undefined ? "workspace" : undefined,
    ].filter((input) => input !== undefined);
    if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) {
        throw new MissingInput(`The workspace is not known: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing. ` +
            "Name it under workspace: in the declaration file, as inputs, or in AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP and AZURE_ML_WORKSPACE.");
    }
    return { subscriptionId, resourceGroup, name };
}
/** A connection to the workspace that the declaration or the inputs name. */
async function connect(context, declaration) {
    return context.connect(workspaceRef(context, declaration.workspace));
}
function workspaceReport(azure) {
    const { subscriptionId, resourceGroup, name, location } = azure.workspace;
    return { subscriptionId, resourceGroup, name, location };
}
function attachPorts(context, azure) {
    return {
        computes: azure.computes,
        leases: azure.leases,
        usersOf: azure.usersOf,
        newId: context.newId,
        ...(context.github.runUrl === undefined ? {} : { run: context.github.runUrl }),
        workspace: azure.workspace,
        clock: context.clock,
        resolveSecret: context.resolveSecretWith(azure),
        signal: context.signal,
        deadline: context.deadline,
        onProgress: (target, message) => context.log.info(`${target}: ${message}`),
    };
}


/***/ }),

/***/ 7541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   checked: () => (/* binding */ checked),
/* harmony export */   validate: () => (/* binding */ validate)
/* harmony export */ });
/* harmony import */ var _declaration_problem_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1016);

/**
 * Reads every declaration and reports all problems at once. No credentials, no secret's value, and no network but for
 * `changed-only`, which asks GitHub for the pull request's files.
 */
async function validate(context) {
    if (!context.inputs.changedOnly)
        return checked(await context.declare());
    const changed = await context.changedFiles();
    const declaration = await context.declare(changed.known ? changed.files : undefined);
    if (changed.known)
        context.log.info(looked(declaration));
    else
        context.log.annotate(changed.severity, `changed-only: ${changed.why} Every declaration was validated.`);
    return checked(declaration);
}
function looked({ files }) {
    if (files.length === 0)
        return "changed-only: the pull request changes no declaration file, and no file that one refers to.";
    return `changed-only: these are changed, or refer to what is changed: ${files.join(", ")}.`;
}
/** What the reading of the declarations contributes: the files, the problems, and a failure when one is an error. */
function checked(declaration) {
    const errors = declaration.problems.filter(_declaration_problem_js__WEBPACK_IMPORTED_MODULE_0__/* .isError */ .bJ);
    return {
        files: declaration.files,
        skipped: declaration.skipped,
        problems: declaration.problems,
        failures: errors.length === 0
            ? []
            : [
                {
                    reason: errors.every(({ code }) => code === "not-supported-yet")
                        ? "not-supported"
                        : "invalid-declaration",
                    message: errors.length === 1
                        ? "The declaration has 1 error; it is listed with its place."
                        : `The declarations have ${errors.length} errors; each is listed with its place.`,
                },
            ],
    };
}


/***/ }),

/***/ 7554:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ anonymousVersion),
/* harmony export */   h: () => (/* binding */ environmentBody)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _job_wire_parts_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4116);


/** The official client's name for environments that have none. */
const anonymousName = "CliV2AnonymousEnvironment";
/**
 * An environment without a name is one version of a shared anonymous one, told by its content: putting it again changes
 * nothing.
 *
 * @param contextUri address of the build context, where there is one.
 */
function anonymousVersion(definition, contextUri) {
    const body = environmentBody(definition, contextUri, true);
    const { image, condaFile, osType, inferenceConfig, build } = body.properties;
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256")
        .update(JSON.stringify({ image, condaFile, osType, inferenceConfig, build }))
        .digest("hex");
    return { name: anonymousName, version: hash, body };
}
/** The body, member for member what the official client sends for the same definition. */
function environmentBody(definition, contextUri, isAnonymous) {
    const { image, condaFile, osType, inferenceConfig, description, tags, build } = definition;
    return {
        properties: (0,_job_wire_parts_js__WEBPACK_IMPORTED_MODULE_1__/* .withoutUndefined */ .r$)({
            image,
            condaFile,
            build: build === undefined ? undefined : (0,_job_wire_parts_js__WEBPACK_IMPORTED_MODULE_1__/* .withoutUndefined */ .r$)({ contextUri, dockerfilePath: build.dockerfilePath }),
            osType,
            inferenceConfig,
            description,
            tags: Object.keys(tags).length === 0 ? undefined : tags,
            isAnonymous,
            isArchived: false,
        }),
    };
}


/***/ }),

/***/ 619:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ik: () => (/* binding */ resolveCode),
/* harmony export */   c8: () => (/* binding */ ensureContext),
/* harmony export */   eL: () => (/* binding */ resolveInputs),
/* harmony export */   sL: () => (/* binding */ ensureEnvironment)
/* harmony export */ });
/* unused harmony exports contentGuid, ensureCode */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _azure_datastores_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(4748);
/* harmony import */ var _azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(8416);
/* harmony import */ var _environment_version_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7554);
/* harmony import */ var _upload_local_upload_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1659);
/* harmony import */ var _local_parts_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9044);






/** The official client's hash version. */
const hashVersion = 202208;
/** A GUID made of the content, so that a registration whose reply was lost is repeated on itself. */
function contentGuid(hash) {
    const digest = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256").update(hash).digest("hex");
    return [
        digest.slice(0, 8),
        digest.slice(8, 12),
        `4${digest.slice(13, 16)}`,
        `8${digest.slice(17, 20)}`,
        digest.slice(20, 32),
    ].join("-");
}
/** The id of the job's code: what the service has is found by its content, the rest is uploaded and registered. */
async function ensureCode(snapshot, ports) {
    const { assets, blobs } = ports;
    const name = contentGuid(snapshot.hash);
    const found = await assets.findCode(name, snapshot.hash);
    if (!found.ok)
        return found;
    if (found.value !== undefined) {
        ports.onProgress(`The workspace has this code already (${snapshot.files.length} files); nothing is uploaded.`);
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(found.value);
    }
    ports.onProgress(`Uploading ${snapshot.files.length} files of code, ${snapshot.bytes} bytes.`);
    const place = await assets.startCodeUpload(name, "1");
    if (!place.ok)
        return place;
    const files = snapshot.files.map(({ name: file, path }) => ({
        name: snapshot.isFile ? file : `${snapshot.folder}/${file}`,
        path,
    }));
    const uploaded = await blobs.upload(place.value, files, { signal: ports.signal });
    if (!uploaded.ok)
        return uploaded;
    // The official client marks the first file so that it can tell whole uploads from broken ones.
    const marked = await blobs.setMetadata(place.value, files[0]?.name ?? "", {
        name,
        version: "1",
        upload_status: "completed",
    });
    if (!marked.ok)
        return marked;
    return assets.putCode(name, "1", {
        properties: {
            codeUri: `${place.value.url}/${snapshot.folder}`,
            isAnonymous: true,
            properties: { hash_sha256: snapshot.hash, hash_version: hashVersion },
        },
    });
}
/** The id of a code reference or of the snapshot of a local folder. */
async function resolveCode(code, snapshot, ports) {
    if (snapshot !== undefined)
        return ensureCode(snapshot, ports);
    if (code.from === "local")
        throw new Error(`The code ${code.path} was not taken.`);
    if (!/^https?:/i.test(code.id))
        return assetId(code.id, "codes", ports);
    // Code at an address is registered as it is; the service fetches it.
    return ports.assets.putCode(contentGuid(code.id), "1", {
        properties: { codeUri: code.id, isAnonymous: true, properties: {} },
    });
}
/** The id of the environment: of the one referred to, or of the version that an inline one becomes. */
async function ensureEnvironment({ environment }, { context }, ports) {
    if (environment.from === "reference")
        return assetId(environment.id, "environments", ports);
    const contextUri = await ensureContext(environment.definition, context, ports);
    if (!contextUri.ok)
        return contextUri;
    const { name, version, body } = (0,_environment_version_js__WEBPACK_IMPORTED_MODULE_1__/* .anonymousVersion */ .A)(environment.definition, contextUri.value);
    const made = await ports.assets.putEnvironment(name, version, body);
    return made.ok ? (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(made.value.id) : made;
}
/** Address of an environment's build context, uploaded where it is local; `undefined` for one that has none. */
async function ensureContext({ build, datastore = _azure_datastores_js__WEBPACK_IMPORTED_MODULE_5__/* .defaultDatastore */ .Z }, context, ports) {
    if (build === undefined)
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(undefined);
    if (build.context.from === "address")
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(build.context.url);
    if (context === undefined)
        throw new Error(`The build context ${build.context.path} was not taken.`);
    const uploaded = await (0,_upload_local_upload_js__WEBPACK_IMPORTED_MODULE_2__/* .ensureUploaded */ .t)(context, datastore, `the build context ${build.context.path}`, ports);
    return uploaded.ok ? (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(`${uploaded.value.url}/${context.blobPath}/`) : uploaded;
}
/** Ids in place of the `azureml:` references of the inputs, and addresses in place of local paths, uploaded. */
async function resolveInputs(job, { inputs: local }, ports) {
    const uris = {};
    for (const [name, input] of Object.entries(job.inputs)) {
        if (input.kind === "literal")
            continue;
        const upload = local[name];
        if (upload !== undefined) {
            const uploaded = await (0,_upload_local_upload_js__WEBPACK_IMPORTED_MODULE_2__/* .ensureUploaded */ .t)(upload, input.datastore ?? _azure_datastores_js__WEBPACK_IMPORTED_MODULE_5__/* .defaultDatastore */ .Z, `the input ${name}`, ports);
            if (!uploaded.ok)
                return uploaded;
            uris[name] = (0,_local_parts_js__WEBPACK_IMPORTED_MODULE_3__/* .inputUri */ .b)(input, upload);
            continue;
        }
        const kind = input.type.endsWith("_model") ? "models" : "data";
        const id = await assetId(input.path, kind, ports);
        if (!id.ok)
            return id;
        uris[name] = id.value;
    }
    return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(uris);
}
/**
 * The ARM id of `azureml:NAME:VERSION` or `azureml:NAME@latest`. Everything else (full ids, registries, datastores,
 * addresses) goes through as it is; so do curated environments of the form `azureml:AzureML-…@latest`, which the
 * service resolves by itself.
 */
async function assetId(reference, kind, { assets, workspaceId }) {
    const body = /^azureml:(?!\/\/)(.+)$/i.exec(reference)?.[1];
    if (body === undefined)
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(reference);
    if (body.startsWith("/"))
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(body);
    if (kind === "environments" && /^azureml-/i.test(body))
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(reference);
    const [, labelled, label] = /^([^:@]+)@(.+)$/.exec(body) ?? [];
    if (labelled !== undefined && label !== undefined && kind !== "codes") {
        const versions = label === "latest" ? await assets.versions(kind, labelled) : (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(undefined);
        if (!versions.ok)
            return versions;
        const latest = versions.value?.latest;
        return latest === undefined
            ? notFound(reference, kind)
            : (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(`${workspaceId}/${kind}/${labelled}/versions/${latest}`);
    }
    const [, name, version] = /^([^:]+):(.+)$/.exec(body) ?? [];
    if (name !== undefined && version !== undefined)
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .succeeded */ .P)(`${workspaceId}/${kind}/${name}/versions/${version}`);
    return notFound(reference, kind);
}
function notFound(reference, kind) {
    return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_4__/* .failed */ .g)({
        reason: "not-found",
        error: {
            code: "AssetNotFound",
            message: `The workspace has nothing that ${JSON.stringify(reference)} refers to among its ${kind}. Write azureml:NAME:VERSION or azureml:NAME@latest of one that exists.`,
            details: [],
        },
    });
}


/***/ }),

/***/ 9044:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ inputUri),
/* harmony export */   n: () => (/* binding */ takeLocalParts)
/* harmony export */ });
/* harmony import */ var _azure_datastores_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4748);
/* harmony import */ var _upload_local_upload_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1659);
/* harmony import */ var _upload_snapshot_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9290);



/** @throws SnapshotRefused when a folder cannot be taken as it is. */
async function takeLocalParts(job) {
    const code = job.code?.from === "local" ? await (0,_upload_snapshot_js__WEBPACK_IMPORTED_MODULE_1__/* .takeSnapshot */ .W9)(job.code.folder) : undefined;
    const inputs = {};
    for (const [name, input] of Object.entries(job.inputs)) {
        if (input.kind === "data" && input.local !== undefined)
            inputs[name] = await (0,_upload_local_upload_js__WEBPACK_IMPORTED_MODULE_0__/* .takeUpload */ .j)(input.local);
    }
    const build = job.environment.from === "inline" ? job.environment.definition.build?.context : undefined;
    const context = build?.from === "local" ? await (0,_upload_local_upload_js__WEBPACK_IMPORTED_MODULE_0__/* .takeUpload */ .j)(build.folder) : undefined;
    return {
        ...(code === undefined ? {} : { code }),
        inputs,
        ...(context === undefined ? {} : { context }),
    };
}
/** The address of an uploaded input. A folder's ends in a slash, as the official client writes it. */
function inputUri({ datastore = _azure_datastores_js__WEBPACK_IMPORTED_MODULE_2__/* .defaultDatastore */ .Z, type }, { blobPath }) {
    return `azureml://datastores/${datastore}/paths/${blobPath}${type === "uri_folder" ? "/" : ""}`;
}


/***/ }),

/***/ 7866:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   qj: () => (/* binding */ actionOf),
/* harmony export */   sH: () => (/* binding */ planReport)
/* harmony export */ });
/* unused harmony export isLocal */
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9967);
/* harmony import */ var _plan_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1583);


/** The word that reports and outputs use for a step. */
function actionOf(step) {
    return step.do === "keep" ? "none" : step.do;
}
/** The plan as reports show it: what, why, and field by field. */
function planReport(plan, findings = new Map()) {
    return {
        hasChanges: (0,_plan_js__WEBPACK_IMPORTED_MODULE_1__/* .hasChanges */ .ik)(plan),
        steps: plan.steps.map((step) => plannedStep(step, findings.get(step.target.name) ?? [])),
    };
}
function plannedStep(step, findings) {
    const resourceId = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(step.target);
    return {
        target: step.target.name,
        type: step.target.type,
        action: actionOf(step),
        reason: step.reason,
        changes: step.differences.map(({ field, from, to }) => ({ field, from, to })),
        findings,
        ...(resourceId === undefined ? {} : { resourceId }),
    };
}
/** True for a target that exists only in the report: it is never sent anywhere. */
function isLocal(step) {
    return originOf(step.target) === "none";
}


/***/ }),

/***/ 1583:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ng: () => (/* binding */ isUsable),
/* harmony export */   Xi: () => (/* binding */ isLeaving),
/* harmony export */   et: () => (/* binding */ plan),
/* harmony export */   ik: () => (/* binding */ hasChanges),
/* harmony export */   wn: () => (/* binding */ isInFlight)
/* harmony export */ });
/* harmony import */ var _azure_resource_id_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8126);
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9967);


/**
 * Compares what is declared with what is live. Live computes that nobody declared get no step, except as the other
 * attachment of a declared resource under `on-conflict: replace`.
 */
function plan(declared, live, workspace, options) {
    const lookup = indexLive(live);
    // Two declared targets may swap their resources. One that is detached anyway is in nobody's way; which ones are is known
    // only from the steps themselves, so those that turn out to stay are taken out until nothing changes any more.
    let moving = options.onDrift === "reattach" ? declared : [];
    for (;;) {
        const steps = declared.map((target) => decide(target, lookup, workspace, options, moving));
        const detached = new Set(steps.flatMap((step) => ("remove" in step ? step.remove : [])).map(({ name }) => name.toLowerCase()));
        const stillMoving = moving.filter(({ name }) => detached.has(name.toLowerCase()));
        if (stillMoving.length === moving.length)
            return { steps };
        moving = stillMoving;
    }
}
function indexLive(live) {
    const byResource = new Map();
    for (const compute of live) {
        if (compute.resourceId === undefined)
            continue;
        const key = (0,_azure_resource_id_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalId */ .i)(compute.resourceId);
        byResource.set(key, [...(byResource.get(key) ?? []), compute]);
    }
    return { byName: new Map(live.map((compute) => [compute.name.toLowerCase(), compute])), byResource };
}
/** The decision table, read from top to bottom: what the resource is attached as, then what stands under the name. */
function decide(target, live, workspace, options, moving) {
    const origin = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .originOf */ .yv)(target);
    if (origin === "none") {
        return { do: "keep", target, differences: [], reason: "Runs on the runner itself; there is nothing to attach." };
    }
    const refused = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .refusalOf */ .Of)(target, workspace);
    if (refused !== undefined)
        return { do: "refuse", ...refused, target, differences: [] };
    const own = live.byName.get(target.name.toLowerCase());
    if (own !== undefined && own.computeType.toLowerCase() !== (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .computeTypeOf */ .je)(target)?.toLowerCase()) {
        return {
            do: "refuse",
            because: "conflict",
            target,
            live: own,
            differences: [],
            reason: `A compute of another kind, ${own.computeType}, has this name. Rename the target, or remove that compute yourself.`,
        };
    }
    const others = holdersBesides(target, live, moving);
    const conflict = decideConflict(target, own, others, options);
    if (conflict !== undefined)
        return conflict;
    const leaving = others.filter(isLeaving);
    if (own === undefined || isLeaving(own)) {
        const afterRemovalOf = own === undefined ? leaving : [own, ...leaving];
        return {
            do: origin === "attached" ? "attach" : "create",
            target,
            differences: [],
            afterRemovalOf,
            reason: afterRemovalOf.length > 0
                ? `${afterRemovalOf.map(({ name }) => name).join(", ")} is being removed; it follows as soon as that is over.`
                : "It is not in the workspace.",
        };
    }
    return decideExisting(target, own, workspace, options);
}
/**
 * Live attachments of the target's resource under other names.
 *
 * @param moving declared targets whose drift is re-attached: one that holds the resource now and is declared with
 *   another is detached anyway before anything is attached.
 */
function holdersBesides(target, live, moving) {
    const resourceId = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(target);
    if (resourceId === undefined)
        return [];
    return (live.byResource.get((0,_azure_resource_id_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalId */ .i)(resourceId)) ?? []).filter((holder) => holder.name.toLowerCase() !== target.name.toLowerCase() && (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .isHeldBy */ .D0)(target, holder) && !movesAway(holder, moving));
}
/** The holder is itself declared, with another resource, and is detached before anything is attached. */
function movesAway(holder, moving) {
    const owner = moving.find((target) => target.name.toLowerCase() === holder.name.toLowerCase());
    const wanted = owner === undefined ? undefined : (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(owner);
    return (wanted !== undefined && holder.resourceId !== undefined && (0,_azure_resource_id_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalId */ .i)(wanted) !== (0,_azure_resource_id_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalId */ .i)(holder.resourceId));
}
function decideConflict(target, own, others, options) {
    const holders = others.filter((holder) => !isLeaving(holder));
    if (holders.length === 0)
        return undefined;
    const names = holders.map(({ name }) => `'${name}'`).join(", ");
    const refuse = (reason) => ({
        do: "refuse",
        because: "conflict",
        target,
        ...(own === undefined ? {} : { live: own }),
        differences: [],
        reason,
    });
    const [first] = holders;
    switch (options.onConflict) {
        case "fail":
            return refuse(`Its resource is attached already, as ${names}. A second attachment would break that one. ` +
                `Declare it under that name, or set on-conflict to adopt (use it as it is) or replace (detach it, attach this).`);
        case "adopt":
            if (own !== undefined || holders.length > 1 || first === undefined) {
                return refuse(`Its resource is attached more than once: as ${[own?.name, ...holders.map(({ name }) => name)].filter((name) => name !== undefined).join(", ")}. ` +
                    "Nothing can be adopted for sure; on-conflict: replace detaches all of them and attaches this one.");
            }
            if (isInFlight(first)) {
                return {
                    do: "wait",
                    target,
                    live: first,
                    differences: [],
                    reason: `'${first.name}', which holds its resource, is ${first.provisioningState}.`,
                };
            }
            if (!isUsable(first)) {
                return refuse(`Its resource is attached as ${names}, which is ${first.provisioningState} and cannot be adopted. Set on-conflict to replace.`);
            }
            return {
                do: "adopt",
                target,
                live: first,
                differences: [],
                reason: `Its resource is attached as ${names}, which is used as it is.`,
            };
        case "replace":
            return {
                do: "replace",
                target,
                remove: own === undefined ? holders : [...holders, own],
                differences: [],
                reason: `Its resource is attached as ${names}, which is detached first.`,
            };
    }
}
function decideExisting(target, own, workspace, options) {
    if (isInFlight(own)) {
        return {
            do: "wait",
            target,
            live: own,
            differences: [],
            reason: `It is ${own.provisioningState}: an operation on it is in flight.`,
        };
    }
    const managed = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .originOf */ .yv)(target) === "managed";
    const differences = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .differencesFrom */ .Jh)(target, own, workspace);
    if (!isUsable(own)) {
        if (!managed) {
            return {
                do: "reattach",
                target,
                remove: [own],
                differences,
                reason: `Its attachment is ${own.provisioningState} and cannot be used.`,
            };
        }
        if (options.allowDelete) {
            return {
                do: "recreate",
                target,
                remove: [own],
                differences,
                reason: `It is ${own.provisioningState}; it is deleted and created again.`,
            };
        }
        return {
            do: "refuse",
            because: "provisioning-failed",
            target,
            live: own,
            differences,
            reason: `It is ${own.provisioningState}, and the service takes no new request for a failed compute. Set allow-delete: true to have it deleted and created again.`,
        };
    }
    const means = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .meansFor */ .MN)(differences);
    if (means === undefined)
        return { do: "keep", target, live: own, differences, reason: "It is as declared." };
    return decideDrift(target, own, differences, means, options);
}
function decideDrift(target, own, differences, means, options) {
    const fields = differences.map(({ field }) => field).join(", ");
    const refuse = (reason) => ({ do: "refuse", because: "drift", target, live: own, differences, reason });
    if (options.onDrift === "ignore") {
        return { do: "keep", target, live: own, differences, reason: `It differs in ${fields}; on-drift is ignore.` };
    }
    if (options.onDrift === "fail") {
        return refuse(`It differs in ${fields}. Change the declaration, or set on-drift to ${means === "in-place" ? "update" : "reattach"} to bring it to what is declared.`);
    }
    if (means === "in-place") {
        return { do: "update", target, live: own, differences, reason: `${fields} can be changed in place.` };
    }
    if (options.onDrift === "update") {
        return refuse(`It differs in ${fields}, which cannot all be changed in place. Set on-drift to reattach to have it ${means === "reattach" ? "detached and attached" : "deleted and created"} again.`);
    }
    if (means === "reattach") {
        return {
            do: "reattach",
            target,
            remove: [own],
            differences,
            reason: `${fields} can only be changed by detaching and attaching again.`,
        };
    }
    if (!options.allowDelete) {
        return refuse(`${fields} can only be changed by deleting the compute and creating it again. Set allow-delete: true to allow that.`);
    }
    return {
        do: "recreate",
        target,
        remove: [own],
        differences,
        reason: `${fields} can only be changed by deleting and creating again.`,
    };
}
function isLeaving(compute) {
    return compute.provisioningState.toLowerCase() === "deleting";
}
function isUsable(compute) {
    return compute.provisioningState.toLowerCase() === "succeeded";
}
/** Every state that is not known to be an end counts as going on: a word that nobody knew is waited for, never trusted. */
function isInFlight(compute) {
    return !["succeeded", "failed", "canceled", "deleting"].includes(compute.provisioningState.toLowerCase());
}
/** True when carrying the plan out would send a write. */
function hasChanges({ steps }) {
    return steps.some((step) => !["keep", "adopt", "refuse", "wait"].includes(step.do));
}


/***/ }),

/***/ 1659:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ takeUpload),
/* harmony export */   t: () => (/* binding */ ensureUploaded)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6760);
/* harmony import */ var _azure_outcome_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(8416);
/* harmony import */ var _snapshot_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9290);






/** What is taken of a path, and the content address under which the official client puts it. */
async function takeUpload(path) {
    const { name, files } = await (0,_snapshot_js__WEBPACK_IMPORTED_MODULE_4__/* .listFiles */ .CS)(path);
    const isFile = (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(path)).isFile();
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256").update("Initialize for october 2021 AML CLI version");
    if (isFile)
        await addContent(path, hash);
    else
        await addFolder({ path, prefix: "", way: new Set([await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.realpath)(path)]) }, await (0,_snapshot_js__WEBPACK_IMPORTED_MODULE_4__/* .ignoreRules */ .ep)(path), hash);
    return {
        files,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
        blobPath: `LocalUpload/${hash.digest("hex")}/${name}`,
        isFile,
    };
}
/** Names and contents, depth first, in the order of lower-cased names. */
async function addFolder({ path: folder, prefix, way }, rules, hash) {
    const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(folder);
    const key = (name) => name.toLowerCase();
    for (const name of names.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))) {
        if (rules.ignores(`${prefix}${name}`))
            continue;
        const path = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, name);
        const info = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(path).catch(() => undefined);
        hash.update(name);
        if (info?.isFile() === true)
            await addContent(path, hash);
        else if (info?.isDirectory() === true) {
            const real = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.realpath)(path);
            // A link to a folder that is being walked would never end.
            if (way.has(real))
                continue;
            await addFolder({ path, prefix: `${prefix}${name}/`, way: new Set([...way, real]) }, rules, hash);
        }
    }
}
async function addContent(path, hash) {
    for await (const chunk of (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.createReadStream)(path))
        hash.update(chunk);
}
/** How official clients tell a whole upload from a broken one: a mark on its first file. */
const completed = { upload_status: "completed" };
/**
 * Uploads what the datastore does not have yet.
 *
 * @returns the container, so that an address inside it can be made.
 */
async function ensureUploaded(upload, datastore, what, { datastores, blobs, signal, onProgress }) {
    const opened = await datastores.open(datastore);
    if (!opened.ok)
        return opened;
    const container = opened.value;
    const blobName = ({ name }) => (upload.isFile ? upload.blobPath : `${upload.blobPath}/${name}`);
    const sorted = [...upload.files].sort((a, b) => (a.path < b.path ? -1 : 1));
    const first = sorted[0] === undefined ? upload.blobPath : blobName(sorted[0]);
    const found = await blobs.metadata(container, first);
    if (!found.ok)
        return found;
    if (found.value?.["upload_status"] === "completed") {
        onProgress(`The datastore ${datastore} has ${what} already; nothing is uploaded.`);
        return (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_5__/* .succeeded */ .P)(container);
    }
    onProgress(`Uploading ${what} to the datastore ${datastore}: ${upload.files.length} files, ${upload.bytes} bytes.`);
    const files = sorted.map((file) => ({ name: blobName(file), path: file.path }));
    // What an upload that broke off has left behind may be half a file.
    const uploaded = await blobs.upload(container, files, { overwrite: true, signal });
    if (!uploaded.ok)
        return uploaded;
    const hash = upload.blobPath.split("/")[1] ?? "";
    const marked = await blobs.setMetadata(container, first, { name: hash, version: "1", ...completed });
    return marked.ok ? (0,_azure_outcome_js__WEBPACK_IMPORTED_MODULE_5__/* .succeeded */ .P)(container) : marked;
}


/***/ }),

/***/ 9290:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   CS: () => (/* binding */ listFiles),
/* harmony export */   W9: () => (/* binding */ takeSnapshot),
/* harmony export */   ep: () => (/* binding */ ignoreRules),
/* harmony export */   nw: () => (/* binding */ SnapshotRefused)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6760);
/* harmony import */ var ignore__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(298);
/* harmony import */ var _declaration_files_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(9120);






/** A code folder that cannot be taken as it is. */
class SnapshotRefused extends Error {
    constructor(message) {
        super(message);
        this.name = "SnapshotRefused";
    }
}
/** More than this is data and not code. Our choice; the service's own limit for code is far above. */
const mostBytes = 2 * 1024 ** 3;
/** Left out whatever the ignore file says: `.git` alone may be larger than everything else. */
const neverTaken = [".git/", ".amlignore.lock"];
/** The files of a job's code, with the hash by which the service finds code that it has. */
async function takeSnapshot(path) {
    const { name, isFile, files } = await listFiles(path);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > mostBytes) {
        const largest = [...files].sort((a, b) => b.bytes - a.bytes).slice(0, 5);
        throw new SnapshotRefused(`The code folder ${name} has ${bytes} bytes, more than the ${mostBytes} that are taken as code. The largest files are ` +
            `${largest.map(({ name: file, bytes: size }) => `${file} (${size})`).join(", ")}. Name what is no code in .amlignore.`);
    }
    return { folder: name, isFile, files, bytes, hash: await contentHash(files) };
}
/**
 * The files of a folder (or a single file), minus what `.amlignore` names, or `.gitignore` where there is none. Only
 * the ignore file in the folder itself counts, as with the official client. Links are followed inside the folder and
 * refused where they lead out of it.
 */
async function listFiles(path) {
    const name = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.basename)(path);
    const info = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(path);
    if (info.isFile())
        return { name, isFile: true, files: [{ name, path, bytes: info.size }] };
    const files = await walk(path, await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.realpath)(path), await ignoreRules(path));
    if (files.length === 0)
        throw new SnapshotRefused(`The folder ${name} has no file that is not ignored.`);
    return { name, isFile: false, files };
}
/** What is left out of a folder. */
async function ignoreRules(folder) {
    const rules = ignore__WEBPACK_IMPORTED_MODULE_4__().add(neverTaken);
    for (const name of [".amlignore", ".gitignore"]) {
        const text = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, name), "utf8").catch(() => undefined);
        if (text !== undefined)
            return rules.add(text);
    }
    return rules;
}
async function walk(root, realRoot, rules) {
    const files = [];
    const visit = async (folder, way) => {
        const entries = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(folder, { withFileTypes: true });
        for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
            const path = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, entry.name);
            const name = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.relative)(root, path).split(node_path__WEBPACK_IMPORTED_MODULE_3__.sep).join("/");
            if (rules.ignores(name) || rules.ignores(`${name}/`))
                continue;
            const real = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.realpath)(path).catch(() => undefined);
            if (real === undefined) {
                throw new SnapshotRefused(`${name} is a link that leads nowhere. Remove it, or name it in .amlignore.`);
            }
            if ((0,_declaration_files_js__WEBPACK_IMPORTED_MODULE_5__/* .isOutside */ ._K)(realRoot, real)) {
                throw new SnapshotRefused(`${name} is a link that leads out of the folder. Copy what it leads to into the folder, or name it in .amlignore.`);
            }
            const info = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(path);
            // A link to a folder that is being walked would never end.
            if (info.isDirectory() && !way.has(real))
                await visit(path, new Set([...way, real]));
            if (info.isFile())
                files.push({ name, path, bytes: info.size });
        }
    };
    await visit(root, new Set([realRoot]));
    return files;
}
/**
 * SHA-256 over the number of files, then name and size of each, then all contents; in the order of the lower-cased
 * names. The service finds code by it, so that what it has is not uploaded again.
 */
async function contentHash(files) {
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256");
    const key = ({ name }) => name.toLowerCase();
    const sorted = [...files].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    hash.update(String(sorted.length));
    for (const { name, bytes } of sorted)
        hash.update(`#${name}#${bytes}`);
    for (const { path } of sorted) {
        for await (const chunk of (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.createReadStream)(path))
            hash.update(chunk);
    }
    return hash.digest("hex");
}


/***/ })

};
