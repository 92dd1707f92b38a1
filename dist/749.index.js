export const id = 749;
export const ids = [749,541];
export const modules = {

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

/***/ 6366:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  detach: () => (/* binding */ detach_detach)
});

// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/azure/resource-id.js
var resource_id = __webpack_require__(8126);
// EXTERNAL MODULE: ./build/azure/workspace.js
var workspace = __webpack_require__(3281);
// EXTERNAL MODULE: ./build/plan/plan.js
var plan = __webpack_require__(1583);
// EXTERNAL MODULE: ./build/attach/in-use.js
var in_use = __webpack_require__(7491);
// EXTERNAL MODULE: ./build/attach/lease.js
var lease = __webpack_require__(7462);
// EXTERNAL MODULE: ./build/attach/remove.js
var remove = __webpack_require__(6722);
// EXTERNAL MODULE: ./build/attach/settle.js
var settle = __webpack_require__(4401);
;// CONCATENATED MODULE: ./build/attach/detach.js








/** Decides for every name; a name that is not in the workspace is done already. */
function planDetach(names, live, { allowDelete }) {
    const byName = new Map(live.map((compute) => [compute.name.toLowerCase(), compute]));
    return names.map((name) => {
        const found = byName.get(name.toLowerCase());
        if (found === undefined)
            return { do: "keep", name, reason: "It is not in the workspace." };
        if ((0,plan/* isLeaving */.Xi)(found))
            return { do: "wait", name, live: found, reason: "It is being removed already." };
        const action = (0,remove/* removalActionFor */.I)(found);
        if (action === undefined) {
            return {
                do: "refuse",
                name,
                live: found,
                reason: `The service calls it a ${found.computeType} with isAttachedCompute ${String(found.isAttachedCompute)}; whether to detach or delete it cannot be told for sure.`,
            };
        }
        if (action === "Detach")
            return { do: "detach", name, live: found, reason: "It is attached; the resource behind it stays." };
        return allowDelete
            ? { do: "delete", name, live: found, reason: "It was made by the service; allow-delete is true." }
            : {
                do: "refuse",
                name,
                live: found,
                reason: `It is a ${found.computeType} that the service made: removing it deletes it. Set allow-delete: true to allow that.`,
            };
    });
}
/** Carries out what {@link planDetach} decided, each compute under the leases of its name and of what it holds. */
async function detach(steps, { parallel, force }, ports) {
    const limit = (0,p_limit/* default */.A)(parallel);
    const startedAt = ports.clock.now();
    return Promise.all(steps.map((step) => limit(async () => {
        const came = await carryOut(step, force, ports);
        const seconds = (ports.clock.now() - startedAt) / 1000;
        return { step, seconds, ...came };
    })));
}
async function carryOut(step, force, ports) {
    switch (step.do) {
        case "keep":
        case "refuse":
            return {};
        case "wait":
            return { removal: await waitUntilGone(step.live, ports) };
        case "detach":
        case "delete": {
            const { live } = step;
            const keys = [
                (0,resource_id/* canonicalId */.i)(`${(0,workspace/* workspaceId */.R)(ports.workspace)}/computes/${live.name}`),
                ...(live.resourceId === undefined ? [] : [(0,resource_id/* canonicalId */.i)(live.resourceId)]),
            ];
            const onProgress = (message) => ports.onProgress(live.name, message);
            const came = await (0,lease/* withLeases */.S)(keys, { ...ports, onProgress }, async (held) => ({
                guarantee: held.guarantee,
                removal: await removeAsPlanned(live, force, held.isHeld, ports),
            }));
            if ("removal" in came)
                return came;
            return { removal: came };
        }
    }
}
/** Under the lease the compute is read again: it is removed only if it is still what was decided about. */
async function removeAsPlanned(planned, force, isHeld, ports) {
    const read = await ports.computes.get(planned.name);
    if (!read.ok) {
        return read.failure.reason === "cancelled"
            ? { state: "in-flight", why: "cancelled" }
            : { state: "failed", error: read.failure.error };
    }
    const live = read.value;
    if (live === undefined)
        return { state: "gone" };
    if ((0,plan/* isLeaving */.Xi)(live))
        return waitUntilGone(live, ports);
    const same = (a, b) => (0,resource_id/* canonicalId */.i)(a ?? "") === (0,resource_id/* canonicalId */.i)(b ?? "");
    if (!same(live.resourceId, planned.resourceId) || !same(live.computeType, planned.computeType)) {
        return failedWith("WorkspaceChanged", `'${live.name}' was made anew by somebody else meanwhile, so it was left as it is. Run detach again if that one is meant.`);
    }
    const users = force ? undefined : await (0,in_use/* inUse */.L)(live, ports);
    if (users?.state === "failed")
        return { state: "failed", error: users.error, because: "in-use" };
    if (users !== undefined)
        return { state: "in-flight", why: "cancelled" };
    if (!isHeld())
        return failedWith("LeaseLost", "The lease ran out before it was removed. Run detach again.");
    return (0,remove/* removeAndWait */.r)(live, ports);
}
async function waitUntilGone(live, ports) {
    const settled = await (0,settle/* settle */.G9)(live.name, ports);
    switch (settled.state) {
        case "absent":
            return { state: "gone" };
        case "in-flight":
            return { state: "in-flight", why: settled.why };
        case "failed":
            return { state: "failed", error: settled.error };
        case "unreadable":
            return { state: "failed", error: settled.failure.error };
        case "present":
            return failedWith("NotRemoved", `'${live.name}' is ${settled.compute.provisioningState} again.`);
    }
}
function failedWith(code, message) {
    return { state: "failed", error: { code, message, details: [] } };
}

// EXTERNAL MODULE: ./build/attach/target-report.js
var target_report = __webpack_require__(6462);
// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/commands/azure-failure.js
var azure_failure = __webpack_require__(1839);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: ./build/commands/session.js
var session = __webpack_require__(6183);
// EXTERNAL MODULE: ./build/commands/validate.js
var validate = __webpack_require__(7541);
;// CONCATENATED MODULE: ./build/commands/detach.js







/**
 * Detaches the computes named in `only`, whether they are still declared or not: naming them is the consent. What is
 * managed is deleted, and only with `allow-delete`.
 */
async function detach_detach(context) {
    const { inputs } = context;
    if (inputs.only.length === 0) {
        throw new session/* MissingInput */.Rw("detach needs the names of the targets in the input 'only'; it never detaches everything that is declared.");
    }
    const declaration = await context.declare();
    const base = (0,validate.checked)(declaration);
    if (declaration.problems.some(problem/* isError */.bJ))
        return base;
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const reported = (0,commands_context/* join */.f)(base, { workspace: (0,session/* workspaceReport */.WQ)(azure), failures: [] });
    const live = await azure.computes.list();
    if (!live.ok)
        return (0,commands_context/* join */.f)(reported, { failures: [(0,azure_failure/* failureOf */.g)(live.failure, "The computes of the workspace could not be listed")] });
    const steps = planDetach(inputs.only, live.value, { allowDelete: inputs.allowDelete });
    const summaries = (await detach(steps, inputs, (0,session/* attachPorts */.QZ)(context, azure))).map(target_report/* summarizeDetach */.D);
    return (0,commands_context/* join */.f)(reported, {
        targets: summaries.map(({ report }) => report),
        failures: summaries.flatMap(({ failure }) => failure ?? []),
        leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
    });
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

/***/ 370:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  A: () => (/* binding */ pLimit)
});

// UNUSED EXPORTS: limitFunction

;// CONCATENATED MODULE: ./node_modules/yocto-queue/index.js
/*
How it works:
`this.#head` is an instance of `Node` which keeps track of its current value and nests another instance of `Node` that keeps the value that comes after it. When a value is provided to `.enqueue()`, the code needs to iterate through `this.#head`, going deeper and deeper to find the last value. However, iterating through every single item is slow. This problem is solved by saving a reference to the last value as `this.#tail` so that it can reference it to add a new value.
*/

class Node {
	value;
	next;

	constructor(value) {
		this.value = value;
	}
}

class Queue {
	#head;
	#tail;
	#size;

	constructor() {
		this.clear();
	}

	enqueue(value) {
		const node = new Node(value);

		if (this.#head) {
			this.#tail.next = node;
			this.#tail = node;
		} else {
			this.#head = node;
			this.#tail = node;
		}

		this.#size++;
	}

	dequeue() {
		const current = this.#head;
		if (!current) {
			return;
		}

		this.#head = this.#head.next;
		this.#size--;

		// Clean up tail reference when queue becomes empty
		if (!this.#head) {
			this.#tail = undefined;
		}

		return current.value;
	}

	peek() {
		if (!this.#head) {
			return;
		}

		return this.#head.value;

		// TODO: Node.js 18.
		// return this.#head?.value;
	}

	clear() {
		this.#head = undefined;
		this.#tail = undefined;
		this.#size = 0;
	}

	get size() {
		return this.#size;
	}

	* [Symbol.iterator]() {
		let current = this.#head;

		while (current) {
			yield current.value;
			current = current.next;
		}
	}

	* drain() {
		while (this.#head) {
			yield this.dequeue();
		}
	}
}

;// CONCATENATED MODULE: ./node_modules/p-limit/index.js


function pLimit(concurrency) {
	let rejectOnClear = false;

	if (typeof concurrency === 'object') {
		({concurrency, rejectOnClear = false} = concurrency);
	}

	validateConcurrency(concurrency);

	if (typeof rejectOnClear !== 'boolean') {
		throw new TypeError('Expected `rejectOnClear` to be a boolean');
	}

	const queue = new Queue();
	let activeCount = 0;

	const resumeNext = () => {
		// Process the next queued function if we're under the concurrency limit
		if (activeCount < concurrency && queue.size > 0) {
			activeCount++;
			queue.dequeue().run();
		}
	};

	const next = () => {
		activeCount--;
		resumeNext();
	};

	const run = async (function_, resolve, arguments_) => {
		// Execute the function and capture the result promise
		const result = (async () => function_(...arguments_))();

		// Resolve immediately with the promise (don't wait for completion)
		resolve(result);

		// Wait for the function to complete (success or failure)
		// We catch errors here to prevent unhandled rejections,
		// but the original promise rejection is preserved for the caller
		try {
			await result;
		} catch {}

		// Decrement active count and process next queued function
		next();
	};

	const enqueue = (function_, resolve, reject, arguments_) => {
		const queueItem = {reject};

		// Queue the internal resolve function instead of the run function
		// to preserve the asynchronous execution context.
		new Promise(internalResolve => { // eslint-disable-line promise/param-names
			queueItem.run = internalResolve;
			queue.enqueue(queueItem);
		}).then(run.bind(undefined, function_, resolve, arguments_)); // eslint-disable-line promise/prefer-await-to-then

		// Start processing immediately if we haven't reached the concurrency limit
		if (activeCount < concurrency) {
			resumeNext();
		}
	};

	const generator = (function_, ...arguments_) => new Promise((resolve, reject) => {
		enqueue(function_, resolve, reject, arguments_);
	});

	Object.defineProperties(generator, {
		activeCount: {
			get: () => activeCount,
		},
		pendingCount: {
			get: () => queue.size,
		},
		clearQueue: {
			value() {
				if (!rejectOnClear) {
					queue.clear();
					return;
				}

				const abortError = AbortSignal.abort().reason;

				while (queue.size > 0) {
					queue.dequeue().reject(abortError);
				}
			},
		},
		concurrency: {
			get: () => concurrency,

			set(newConcurrency) {
				validateConcurrency(newConcurrency);
				concurrency = newConcurrency;

				queueMicrotask(() => {
					// eslint-disable-next-line no-unmodified-loop-condition
					while (activeCount < concurrency && queue.size > 0) {
						resumeNext();
					}
				});
			},
		},
		map: {
			async value(iterable, function_) {
				const promises = [];

				try {
					Array.from(iterable, (value, index) => {
						const promise = generator(function_, value, index);
						promises.push(promise);
						return promise;
					});
				} catch (error) {
					// The iterable threw, so `Promise.all` never observes the already scheduled promises. Observe them here to avoid unhandled rejections.
					for (const promise of promises) {
						promise.catch(() => {}); // eslint-disable-line promise/prefer-await-to-then
					}

					throw error;
				}

				return Promise.all(promises);
			},
		},
	});

	return generator;
}

function limitFunction(function_, options) {
	const limit = pLimit(options);

	const limitedFunction = (...arguments_) => limit(() => function_(...arguments_));
	Object.defineProperty(limitedFunction, 'clearQueue', {
		value: limit.clearQueue,
	});

	return limitedFunction;
}

function validateConcurrency(concurrency) {
	if (!((Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY) && concurrency > 0)) {
		throw new TypeError('Expected `concurrency` to be a number from 1 and up');
	}
}


/***/ })

};
