export const id = 996;
export const ids = [996,541];
export const modules = {

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
        problems: [...(a.problems ?? []), ...(b.problems ?? [])],
    };
}


/***/ }),

/***/ 3996:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   plan: () => (/* binding */ plan),
/* harmony export */   planAgainst: () => (/* binding */ planAgainst),
/* harmony export */   planOptions: () => (/* binding */ planOptions)
/* harmony export */ });
/* harmony import */ var _declaration_problem_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1016);
/* harmony import */ var _plan_plan_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1583);
/* harmony import */ var _plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7866);
/* harmony import */ var _report_log_text_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4493);
/* harmony import */ var _azure_failure_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(1839);
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6140);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6183);
/* harmony import */ var _validate_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7541);








/** Compares what is declared with the live workspace and reports what `apply` would do. Changes nothing. */
async function plan(context) {
    const declaration = await context.declare();
    const base = (0,_validate_js__WEBPACK_IMPORTED_MODULE_5__.checked)(declaration);
    if (declaration.problems.some(_declaration_problem_js__WEBPACK_IMPORTED_MODULE_6__/* .isError */ .bJ))
        return base;
    const azure = await (0,_session_js__WEBPACK_IMPORTED_MODULE_4__/* .connect */ .Ng)(context, declaration);
    const planned = await planAgainst(azure, declaration, context);
    const result = (0,_context_js__WEBPACK_IMPORTED_MODULE_3__/* .join */ .f)(base, { ...planned.result, workspace: (0,_session_js__WEBPACK_IMPORTED_MODULE_4__/* .workspaceReport */ .WQ)(azure) });
    if (planned.plan === undefined)
        return result;
    const refused = planned.plan.steps.filter((step) => step.do === "refuse");
    const pending = (0,_plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__/* .planReport */ .sH)(planned.plan).hasChanges;
    return (0,_context_js__WEBPACK_IMPORTED_MODULE_3__/* .join */ .f)(result, {
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
        return { result: { failures: [(0,_azure_failure_js__WEBPACK_IMPORTED_MODULE_7__/* .failureOf */ .g)(live.failure, "The computes of the workspace could not be listed")] } };
    const planned = (0,_plan_plan_js__WEBPACK_IMPORTED_MODULE_0__/* .plan */ .et)(declaration.targets, live.value, azure.workspace, planOptions(context));
    const report = (0,_plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__/* .planReport */ .sH)(planned);
    context.log.group("Plan", (0,_report_log_text_js__WEBPACK_IMPORTED_MODULE_2__/* .planLines */ .HN)(report));
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

/** Reads every declaration and reports all problems at once. No network, no credentials, no secret's value. */
async function validate(context) {
    return checked(await context.declare());
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
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4578);
/* harmony import */ var _plan_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1583);


/** The word that reports and outputs use for a step. */
function actionOf(step) {
    return step.do === "keep" ? "none" : step.do;
}
/** The plan as reports show it: what, why, and field by field. */
function planReport(plan) {
    return { hasChanges: (0,_plan_js__WEBPACK_IMPORTED_MODULE_1__/* .hasChanges */ .ik)(plan), steps: plan.steps.map(plannedStep) };
}
function plannedStep(step) {
    const resourceId = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(step.target);
    return {
        target: step.target.name,
        type: step.target.type,
        action: actionOf(step),
        reason: step.reason,
        changes: step.differences.map(({ field, from, to }) => ({ field, from, to })),
        ...(resourceId === undefined ? {} : { resourceId }),
    };
}
/** True for a target that exists only in the report: it is never sent anywhere. */
function isLocal(step) {
    return kinds[step.target.type].origin === "none";
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
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4578);


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
    const kind = _compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .kinds */ .EZ[target.type];
    if (kind.origin === "none") {
        return { do: "keep", target, differences: [], reason: "Runs on the runner itself; there is nothing to attach." };
    }
    const own = live.byName.get(target.name.toLowerCase());
    if (own !== undefined && own.computeType.toLowerCase() !== kind.computeType?.toLowerCase()) {
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
            do: kind.origin === "attached" ? "attach" : "create",
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
    return (live.byResource.get((0,_azure_resource_id_js__WEBPACK_IMPORTED_MODULE_1__/* .canonicalId */ .i)(resourceId)) ?? []).filter((holder) => holder.name.toLowerCase() !== target.name.toLowerCase() && !movesAway(holder, moving));
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
    const managed = _compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .kinds */ .EZ[target.type].origin === "managed";
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


/***/ })

};
