export const id = 560;
export const ids = [560];
export const modules = {

/***/ 6722:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ removalActionFor),
/* harmony export */   r: () => (/* binding */ removeAndWait)
/* harmony export */ });
/* harmony import */ var _settle_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4401);

/** How often a removal is sent again after reads have shown that the compute is still there, untouched. */
const mostSends = 3;
/** Kinds that only ever come into being inside the workspace. */
const managedTypes = new Set(["amlcompute", "computeinstance"]);
/**
 * `Detach` for what is attached, `Delete` for what the service made. The live `isAttachedCompute` decides, and the kind
 * has to agree: `Delete` on an attached resource and `Detach` of a managed one both do harm that nothing undoes.
 *
 * @returns `undefined` when the two contradict each other, or the service does not say and the kind does not tell.
 */
function removalActionFor(compute) {
    const type = compute.computeType.toLowerCase();
    // A legacy AKS cluster can be either; the service's word alone decides, and so it must be there.
    if (type === "aks")
        return compute.isAttachedCompute === undefined ? undefined : compute.isAttachedCompute ? "Detach" : "Delete";
    const managed = managedTypes.has(type);
    if (compute.isAttachedCompute !== undefined && compute.isAttachedCompute === managed)
        return undefined;
    return managed ? "Delete" : "Detach";
}
/** Removes a compute and waits until the service says that it is gone. */
async function removeAndWait(compute, ports) {
    const action = removalActionFor(compute);
    if (action === undefined) {
        return failedWith("ContradictoryCompute", `'${compute.name}' is a ${compute.computeType} and its isAttachedCompute is ${String(compute.isAttachedCompute)}: ` +
            "whether to detach or to delete it cannot be told for sure, so neither was sent.");
    }
    for (let send = 1; send <= mostSends; send += 1) {
        if (ports.signal.aborted)
            return { state: "in-flight", why: "cancelled" };
        ports.onProgress(compute.name, action === "Detach" ? "detaching" : "deleting");
        const answer = await ports.computes.remove(compute.name, action);
        const settled = answer.ok
            ? await (0,_settle_js__WEBPACK_IMPORTED_MODULE_0__/* .followWrite */ .xP)(compute.name, answer.value, ports)
            : await afterRefusal(compute.name, answer.failure, ports);
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
                // Still there after the reads settled: the removal was never carried out, so it is not repeated blindly.
                break;
        }
    }
    return failedWith("NotRemoved", `'${compute.name}' is still in the workspace after ${mostSends} requests to remove it.`);
}
async function afterRefusal(name, failure, ports) {
    switch (failure.reason) {
        case "not-found":
            return { state: "absent" };
        case "unknown":
            return (0,_settle_js__WEBPACK_IMPORTED_MODULE_0__/* .settleUnknown */ .wZ)(name, ports);
        case "cancelled":
            return { state: "in-flight", why: "cancelled" };
        case "refused":
            // 409: another operation holds the compute. Its end decides; anything else is the service's last word.
            return failure.status === 409 ? (0,_settle_js__WEBPACK_IMPORTED_MODULE_0__/* .settle */ .G9)(name, ports) : { state: "failed", error: failure.error };
        case "unreachable":
            return { state: "unreadable", failure };
    }
}
function failedWith(code, message) {
    return { state: "failed", error: { code, message, details: [] } };
}


/***/ }),

/***/ 4401:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G9: () => (/* binding */ settle),
/* harmony export */   wZ: () => (/* binding */ settleUnknown),
/* harmony export */   xP: () => (/* binding */ followWrite)
/* harmony export */ });
/* harmony import */ var _plan_plan_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1583);

/** Seconds between looks when the service names none: short first, for kinds that attach within seconds. Our choice. */
const firstPause = 1;
const longestPause = 15;
/**
 * Follows a write to its end: the operation as long as the service knows it, then the compute itself, because the
 * operation's body is not the resource and a status of 200 is not success.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
async function followWrite(name, accepted, ports) {
    if (accepted.operationUrl !== undefined) {
        const ended = await followOperation(name, accepted.operationUrl, accepted.retryAfterSeconds, ports);
        if (ended.state === "in-flight")
            return ended;
        if (ended.state === "failed") {
            const compute = await ports.computes.get(name);
            const live = compute.ok ? compute.value : undefined;
            return { state: "failed", ...(live === undefined ? {} : { compute: live }), error: ended.error };
        }
    }
    return settle(name, ports);
}
async function followOperation(name, operationUrl, retryAfterSeconds, ports) {
    let shown = "";
    for (let look = 0, wait = retryAfterSeconds;; look += 1) {
        const paused = await pause(look, wait, ports);
        if (paused !== undefined)
            return { state: "in-flight", why: paused };
        const progress = await ports.computes.progress(operationUrl);
        // An operation that the service has forgotten, or that cannot be read, says nothing of the compute: read that instead.
        if (!progress.ok)
            return { state: "over" };
        if (progress.value.state === "succeeded")
            return { state: "over" };
        if (progress.value.state !== "running")
            return { state: "failed", error: progress.value.error };
        if (progress.value.status !== shown) {
            shown = progress.value.status;
            ports.onProgress(name, shown);
        }
        wait = progress.value.retryAfterSeconds;
    }
}
/** Reads the compute until nothing is in flight on it. A compute that is absent counts as settled at once. */
async function settle(name, ports) {
    let shown = "";
    for (let look = 0;; look += 1) {
        const read = await ports.computes.get(name);
        if (!read.ok)
            return { state: "unreadable", failure: read.failure };
        if (read.value === undefined)
            return { state: "absent" };
        if (!(0,_plan_plan_js__WEBPACK_IMPORTED_MODULE_0__/* .isInFlight */ .wn)(read.value) && !(0,_plan_plan_js__WEBPACK_IMPORTED_MODULE_0__/* .isLeaving */ .Xi)(read.value))
            return { state: "present", compute: read.value };
        if (read.value.provisioningState !== shown) {
            shown = read.value.provisioningState;
            ports.onProgress(name, shown);
        }
        const paused = await pause(look, undefined, ports);
        if (paused !== undefined)
            return { state: "in-flight", why: paused, compute: read.value };
    }
}
/**
 * Finds out what became of a write whose reply was lost: reads the compute until it shows up or has been absent in
 * several reads in a row, because a list or a read may lag behind a write.
 */
async function settleUnknown(name, ports) {
    const looksUntilAbsent = 4;
    for (let look = 0; look < looksUntilAbsent; look += 1) {
        const paused = await pause(look, undefined, ports);
        if (paused !== undefined)
            return { state: "in-flight", why: paused };
        const settled = await settle(name, ports);
        if (settled.state !== "absent")
            return settled;
    }
    return { state: "absent" };
}
/** @returns why the wait ended early, if it did. */
async function pause(look, retryAfterSeconds, { clock, signal, deadline }) {
    if (signal.aborted)
        return "cancelled";
    const left = (deadline - clock.now()) / 1000;
    if (left <= 0)
        return "timeout";
    const seconds = retryAfterSeconds ?? Math.min(firstPause * 1.5 ** look, longestPause);
    try {
        await clock.sleep(Math.min(seconds, left), signal);
    }
    catch {
        return "cancelled";
    }
    return undefined;
}


/***/ }),

/***/ 6462:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ summarizeStep),
/* harmony export */   D: () => (/* binding */ summarizeDetach)
/* harmony export */ });
/* harmony import */ var _compute_target_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9967);
/* harmony import */ var _plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7866);


function summarizeStep(outcome) {
    const { step, seconds, end } = outcome;
    const { target } = step;
    const compute = "compute" in end ? end.compute : "live" in step ? step.live : undefined;
    const resourceId = (0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .resourceIdOf */ .PF)(target) ?? compute?.resourceId ?? ((0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .originOf */ .yv)(target) === "none" ? undefined : compute?.id);
    const report = {
        name: target.name,
        type: target.type,
        action: (0,_plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__/* .actionOf */ .qj)(step),
        ...(resourceId === undefined ? {} : { resourceId }),
        ...(compute === undefined ? {} : { provisioningState: compute.provisioningState }),
        durationSeconds: seconds,
    };
    switch (end.state) {
        case "done":
            return { report: { ...report, outcome: "succeeded", provisioningErrors: [], ...noteOf(step) } };
        case "refused": {
            const reason = step.do === "refuse" ? step.because : "drift";
            return {
                report: {
                    ...report,
                    outcome: "failed",
                    provisioningErrors: compute?.provisioningErrors ?? [],
                    note: step.reason,
                },
                failure: { reason, message: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}): ${step.reason}` },
            };
        }
        case "in-flight":
            return {
                report: { ...report, outcome: "in-progress", provisioningErrors: [], note: goingOn(end.why) },
                leftGoing: {
                    what: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}) is still being provisioned`,
                    next: "Run the same command again: it joins what is in flight and sends nothing twice.",
                },
                ...(end.why === "not-waited-for"
                    ? {}
                    : {
                        failure: {
                            reason: end.why,
                            message: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}): ${goingOn(end.why)}`,
                        },
                    }),
            };
        case "failed":
            return {
                report: { ...report, outcome: "failed", provisioningErrors: [end.error] },
                failure: { reason: end.because, message: `${target.name} (${(0,_compute_target_js__WEBPACK_IMPORTED_MODULE_0__/* .labelOf */ .Wy)(target)}): ${end.error.message}` },
            };
    }
}
function noteOf(step) {
    return step.do === "adopt" || (step.do === "keep" && step.differences.length > 0) ? { note: step.reason } : {};
}
function goingOn(why) {
    switch (why) {
        case "timeout":
            return "The time limit passed before it was settled; the operation goes on in Azure.";
        case "cancelled":
            return "The workflow was cancelled before it was settled; what was sent goes on in Azure.";
        case "not-waited-for":
            return "The request was accepted; wait is false, so its end was not awaited.";
    }
}
function summarizeDetach({ step, seconds, removal }) {
    const live = "live" in step ? step.live : undefined;
    const report = {
        name: step.name,
        type: live?.computeType.toLowerCase() ?? "unknown",
        action: step.do === "keep" ? "none" : step.do,
        ...(live?.resourceId === undefined ? {} : { resourceId: live.resourceId }),
        durationSeconds: seconds,
    };
    if (step.do === "refuse") {
        return {
            report: { ...report, outcome: "failed", provisioningErrors: [], note: step.reason },
            failure: { reason: "conflict", message: `${step.name}: ${step.reason}` },
        };
    }
    if (removal === undefined)
        return { report: { ...report, outcome: "succeeded", provisioningErrors: [], note: step.reason } };
    switch (removal.state) {
        case "gone":
            return { report: { ...report, outcome: "succeeded", provisioningErrors: [], ...stillThere(live?.resourceId) } };
        case "failed":
            return {
                report: { ...report, outcome: "failed", provisioningErrors: [removal.error] },
                failure: { reason: "provisioning-failed", message: `${step.name}: ${removal.error.message}` },
            };
        case "in-flight":
            return {
                report: { ...report, outcome: "in-progress", provisioningErrors: [], note: goingOn(removal.why) },
                failure: { reason: removal.why, message: `${step.name}: ${goingOn(removal.why)}` },
                leftGoing: {
                    what: `${step.name} is still being removed`,
                    next: "Run detach again: it waits for what is in flight.",
                },
            };
    }
}
/** Detaching costs nothing and frees nothing: the resource behind it bills on until somebody deletes it. */
function stillThere(resourceId) {
    if (resourceId === undefined)
        return {};
    return {
        note: `Detached only: ${resourceId} still exists and bills. To delete it: az resource delete --ids ${resourceId}`,
    };
}


/***/ }),

/***/ 1560:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  apply: () => (/* binding */ apply_apply),
  ensureTargets: () => (/* binding */ ensureTargets)
});

// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/declaration/secret.js
var secret = __webpack_require__(2551);
// EXTERNAL MODULE: ./build/compute/target.js + 11 modules
var target = __webpack_require__(9967);
// EXTERNAL MODULE: ./build/plan/plan.js
var plan = __webpack_require__(1583);
// EXTERNAL MODULE: ./build/attach/remove.js
var remove = __webpack_require__(6722);
// EXTERNAL MODULE: ./build/attach/settle.js
var settle = __webpack_require__(4401);
;// CONCATENATED MODULE: ./build/attach/gravity.js
/** How much a step can destroy: nothing, nothing that was there, settings, an attachment, a compute. */
const gravity = {
    keep: 0,
    adopt: 0,
    refuse: 0,
    wait: 0,
    create: 1,
    attach: 1,
    update: 2,
    reattach: 3,
    replace: 3,
    recreate: 4,
};
/**
 * True when `decided` destroys no more than `planned` allowed. A planned `wait` allows what the user's options allow,
 * because what it waited for decides.
 */
function isNoGraverThan(decided, planned) {
    return planned.do === "wait" || gravity[decided.do] <= gravity[planned.do];
}

;// CONCATENATED MODULE: ./build/attach/apply.js







/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Three rounds, each over all targets in parallel: wait for what is in flight, remove what has to go, then write. What
 * is live is read again before the last round, so a step that has become a no-op is skipped and one that would now be
 * graver than planned is not taken. No write is repeated blindly: after an unknown outcome the compute is read until it
 * is settled. A plan without writes costs no request.
 */
async function apply(planned, options, ports) {
    const limit = (0,p_limit/* default */.A)(options.parallel);
    const startedAt = ports.clock.now();
    const removals = await Promise.all(planned.steps.map((step) => limit(async () => ({ step, removed: await clearTheWay(step, ports) }))));
    const needsWrite = removals.some(({ step, removed }) => removed === undefined && isPending(step));
    const live = needsWrite ? await ports.computes.list() : undefined;
    const elapsed = () => (ports.clock.now() - startedAt) / 1000;
    const outcomes = await Promise.all(removals.map(({ step, removed }) => limit(async () => {
        if (removed !== undefined)
            return { step, end: removed, seconds: elapsed() };
        if (!isPending(step))
            return { step, end: endWithoutWrite(step), seconds: 0 };
        if (live === undefined || !live.ok)
            return { step, end: failure(live?.failure), seconds: elapsed() };
        const decided = (0,plan/* plan */.et)([step.target], live.value, ports.workspace, options).steps[0] ?? step;
        try {
            return { ...(await write(decided, step, options, ports)), seconds: elapsed() };
        }
        catch (error) {
            // One target's accident must not hide what came of the others.
            return { step, end: accident(error), seconds: elapsed() };
        }
    })));
    return verifyAttachments(outcomes, ports);
}
/** What cannot be told by an answer: the sign-in failed in the middle, or we made a mistake. */
function accident(error) {
    const failed = error instanceof Error && error.name === "AuthenticationFailed";
    const message = error instanceof Error ? error.message : String(error);
    const code = failed ? "AuthenticationFailed" : "InternalError";
    return {
        state: "failed",
        because: failed ? "authentication-failed" : "internal-error",
        error: { code, message, details: [] },
    };
}
/** Steps that may still send a write, or have to be decided anew. */
function isPending(step) {
    return !["keep", "adopt", "refuse"].includes(step.do);
}
function endWithoutWrite(step) {
    if (step.do === "refuse")
        return { state: "refused" };
    const compute = "live" in step ? step.live : undefined;
    return { state: "done", ...(compute === undefined ? {} : { compute }) };
}
/** Waits for what is in flight and removes what has to go. @returns why the step ends here, or `undefined` to go on. */
async function clearTheWay(step, ports) {
    switch (step.do) {
        case "wait":
            return earlyEnd(await (0,settle/* settle */.G9)(step.live.name, ports));
        case "attach":
        case "create":
            for (const leaving of step.afterRemovalOf) {
                const end = earlyEnd(await (0,settle/* settle */.G9)(leaving.name, ports));
                if (end !== undefined)
                    return end;
            }
            return undefined;
        case "reattach":
        case "recreate":
        case "replace": {
            // Before anything is removed: what the attachment after it will need must be there.
            const missing = await unavailableSecret(step, ports);
            if (missing !== undefined)
                return missing;
            for (const compute of step.remove) {
                const removal = await (0,remove/* removeAndWait */.r)(compute, ports);
                if (removal.state === "in-flight")
                    return { state: "in-flight", why: removal.why };
                if (removal.state === "failed")
                    return { state: "failed", because: "provisioning-failed", error: removal.error };
            }
            return undefined;
        }
        case "keep":
        case "adopt":
        case "update":
        case "refuse":
            return undefined;
    }
}
function earlyEnd(settled) {
    if (settled.state === "in-flight") {
        return {
            state: "in-flight",
            why: settled.why,
            ...(settled.compute === undefined ? {} : { compute: settled.compute }),
        };
    }
    return settled.state === "unreadable" ? failure(settled.failure) : undefined;
}
async function unavailableSecret(step, ports) {
    try {
        await Promise.all((0,target/* secretsOf */.Fj)(step.target).map((reference) => ports.resolveSecret(reference)));
        return undefined;
    }
    catch (error) {
        if (!(error instanceof secret/* SecretUnavailable */.t))
            throw error;
        return secretFailure(error);
    }
}
function secretFailure(error) {
    return {
        state: "failed",
        because: "secret-unavailable",
        error: { code: "SecretUnavailable", message: error.message, details: [] },
    };
}
/** Takes the step as decided on the live state of now; `planned` bounds how grave it may be. */
async function write(decided, planned, options, ports) {
    if (decided.do === "wait") {
        // Somebody started another operation meanwhile: wait for that too, then decide on what it left. The deadline bounds it.
        const end = await clearTheWay(decided, ports);
        if (end !== undefined)
            return { step: decided, end };
        const live = await ports.computes.list();
        if (!live.ok)
            return { step: decided, end: failure(live.failure) };
        const again = (0,plan/* plan */.et)([decided.target], live.value, ports.workspace, options).steps[0];
        return again === undefined ? { step: decided, end: { state: "refused" } } : write(again, planned, options, ports);
    }
    if (!isPending(decided))
        return { step: decided, end: endWithoutWrite(decided) };
    if (!isNoGraverThan(decided, planned)) {
        const message = `The workspace changed after the plan was made: this target now needs '${decided.do}' (${decided.reason}), ` +
            `the plan said '${planned.do}'. Run the command again.`;
        return {
            step: planned,
            end: { state: "failed", because: "drift", error: { code: "WorkspaceChanged", message, details: [] } },
        };
    }
    if ("remove" in decided) {
        // What was waited for ended in a state that has to be removed first.
        const end = await clearTheWay(decided, ports);
        if (end !== undefined)
            return { step: decided, end };
    }
    const end = await putUntilSettled(decided, options, ports);
    // Once the removal of a re-attachment is done, what is left to do is an attachment; it is reported as what was planned.
    return { step: "remove" in planned && decided.do !== "update" ? planned : decided, end };
}
/** How often a write is sent again after reads have shown that it never took effect. */
const mostSends = 3;
/** Sends the write of a step, finds out what became of it, reads back what stands there, and compares. */
async function putUntilSettled(step, options, ports) {
    let body;
    const update = step.do === "update" ? (0,target/* toUpdate */.Xn)(step.target, step.differences) : undefined;
    try {
        body = update?.body ?? (await (0,target/* toRequest */.d_)(step.target, ports.workspace, ports.resolveSecret));
    }
    catch (error) {
        if (!(error instanceof secret/* SecretUnavailable */.t))
            throw error;
        return secretFailure(error);
    }
    const { name } = step.target;
    for (let send = 1; send <= mostSends; send += 1) {
        if (ports.signal.aborted)
            return { state: "in-flight", why: "cancelled" };
        ports.onProgress(name, step.do === "update" ? "updating" : step.do === "create" || step.do === "recreate" ? "creating" : "attaching");
        const answer = update === undefined
            ? await ports.computes.put(name, body, (0,target/* apiVersionOf */.uO)(step.target))
            : update.method === "PATCH"
                ? await ports.computes.patch(name, body)
                : await ports.computes.act(name, update.action, body);
        if (answer.ok && !options.wait && (0,target/* originOf */.yv)(step.target) === "managed") {
            return {
                state: "in-flight",
                why: "not-waited-for",
                ...(answer.value.compute === undefined ? {} : { compute: answer.value.compute }),
            };
        }
        const settled = answer.ok
            ? await (0,settle/* followWrite */.xP)(name, answer.value, ports)
            : await afterRefusal(name, answer.failure, ports);
        // A read may lag behind the write that it follows: what was accepted is not taken for absent at the first look.
        const sure = answer.ok && settled.state === "absent" ? await (0,settle/* settleUnknown */.wZ)(name, ports) : settled;
        const end = await conclude(step, sure, ports);
        // An update whose reply was lost, or that another operation turned away, and that left no trace: it may be sent again.
        const untouched = !answer.ok && step.do === "update" && end?.state === "failed" && end.because === "target-not-verified";
        if (end !== undefined && !untouched)
            return end;
    }
    return {
        state: "failed",
        because: "target-not-verified",
        error: {
            code: "NotCarriedOut",
            message: `'${name}' is not as declared after ${mostSends} requests to bring it about, each read back before the next.`,
            details: [],
        },
    };
}
async function afterRefusal(name, refused, ports) {
    if (refused.reason === "unknown")
        return (0,settle/* settleUnknown */.wZ)(name, ports);
    if (refused.reason === "cancelled")
        return { state: "in-flight", why: "cancelled" };
    // 409: an operation is in flight, our own lost one or somebody else's. Its end is what counts.
    if (refused.reason === "refused" && refused.status === 409) {
        const settled = await (0,settle/* settle */.G9)(name, ports);
        return settled.state === "absent" ? { state: "unreadable", failure: refused } : settled;
    }
    return { state: "unreadable", failure: refused };
}
/** @returns `undefined` when the compute is certainly absent: the write never took effect and may be sent again. */
async function conclude(step, settled, ports) {
    switch (settled.state) {
        case "absent":
            return undefined;
        case "in-flight":
            return {
                state: "in-flight",
                why: settled.why,
                ...(settled.compute === undefined ? {} : { compute: settled.compute }),
            };
        case "unreadable":
            return failure(settled.failure);
        case "failed":
            return provisioningFailed(settled.error, settled.compute);
        case "present":
            return verified(step, settled.compute, ports);
    }
}
function verified(step, compute, ports) {
    if (!(0,plan/* isUsable */.Ng)(compute)) {
        const [first, ...rest] = compute.provisioningErrors;
        const error = first ?? {
            code: `Provisioning${compute.provisioningState}`,
            message: `The service ended the provisioning as ${compute.provisioningState} and gave no reason.`,
            details: [],
        };
        return provisioningFailed(rest.length === 0 ? error : { ...error, details: [...error.details, ...rest] }, compute);
    }
    const differences = (0,target/* differencesFrom */.Jh)(step.target, compute, ports.workspace);
    if (differences.length === 0)
        return { state: "done", compute };
    const list = differences.map(({ field, from, to }) => `${field} is ${from}, not ${to}`).join("; ");
    return {
        state: "failed",
        because: "target-not-verified",
        compute,
        error: {
            code: "NotAsDeclared",
            message: `The service says that it succeeded, but what it holds is not what was asked: ${list}.`,
            details: [],
        },
    };
}
function provisioningFailed(error, compute) {
    // The compute tells more than the operation where it lists errors of its own.
    const own = compute?.provisioningErrors ?? [];
    const details = own.filter(({ code, message }) => code !== error.code || message !== error.message);
    return {
        state: "failed",
        because: "provisioning-failed",
        error: { ...error, details: [...error.details, ...details] },
        ...(compute === undefined ? {} : { compute }),
    };
}
function failure(azure) {
    const error = azure?.error ?? {
        code: "Unreadable",
        message: "The computes of the workspace could not be read.",
        details: [],
    };
    if (azure?.reason === "cancelled")
        return { state: "in-flight", why: "cancelled" };
    const because = azure?.status === 401 || azure?.status === 403
        ? "not-authorized"
        : azure?.reason === "refused"
            ? "provisioning-failed"
            : "service-unreachable";
    return { state: "failed", because, error };
}
/** After writes the list is read once more: no resource that was written may now be attached under two names. */
async function verifyAttachments(outcomes, ports) {
    const wrote = ({ step, end }) => end.state === "done" && isPending(step) && end.compute?.resourceId !== undefined;
    const written = outcomes.filter(wrote).map(({ step }) => step.target);
    if (written.length === 0 || ports.signal.aborted)
        return outcomes;
    const live = await ports.computes.list();
    if (!live.ok)
        return outcomes;
    const conflicts = new Map((0,plan/* plan */.et)(written, live.value, ports.workspace, { onDrift: "ignore", onConflict: "fail", allowDelete: false })
        .steps.filter((step) => step.do === "refuse" && step.because === "conflict")
        .map((step) => [step.target.name, step.reason]));
    return outcomes.map((outcome) => {
        const reason = wrote(outcome) ? conflicts.get(outcome.step.target.name) : undefined;
        if (reason === undefined)
            return outcome;
        const message = `Somebody attached the same resource at the same time. ${reason}`;
        return {
            ...outcome,
            end: { state: "failed", because: "conflict", error: { code: "AttachedTwice", message, details: [] } },
        };
    });
}

// EXTERNAL MODULE: ./build/attach/target-report.js
var target_report = __webpack_require__(6462);
// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: ./build/commands/environments.js + 1 modules
var commands_environments = __webpack_require__(936);
// EXTERNAL MODULE: ./build/commands/plan.js + 1 modules
var commands_plan = __webpack_require__(3913);
// EXTERNAL MODULE: ./build/commands/session.js
var session = __webpack_require__(6183);
// EXTERNAL MODULE: ./build/commands/validate.js
var validate = __webpack_require__(7541);
;// CONCATENATED MODULE: ./build/commands/apply.js








/** Brings every declared target to its declared state: attached or created exactly once. */
async function apply_apply(context) {
    const declaration = await context.declare();
    const base = (0,validate.checked)(declaration);
    if (declaration.problems.some(problem/* isError */.bJ))
        return base;
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const [applied, environments] = await Promise.all([
        ensureTargets(azure, declaration, context),
        (0,commands_environments/* ensureEnvironments */.z)(azure, declaration, context),
    ]);
    return (0,commands_context/* join */.f)((0,commands_context/* join */.f)(base, { ...applied.result, workspace: (0,session/* workspaceReport */.WQ)(azure) }), environments);
}
/** Plans and carries the plan out. */
async function ensureTargets(azure, declaration, context) {
    const planned = await (0,commands_plan.planAgainst)(azure, declaration, context);
    if (planned.plan === undefined)
        return { result: planned.result, liveNames: new Map() };
    const outcomes = await apply(planned.plan, { ...(0,commands_plan.planOptions)(context), parallel: context.inputs.parallel, wait: context.inputs.wait }, (0,session/* attachPorts */.QZ)(context, azure));
    const summaries = outcomes.map(target_report/* summarizeStep */.C);
    const liveNames = new Map(outcomes.map(({ step, end }) => {
        const compute = "compute" in end ? end.compute : undefined;
        return [step.target.name.toLowerCase(), compute?.name ?? step.target.name];
    }));
    return {
        liveNames,
        result: (0,commands_context/* join */.f)(planned.result, {
            targets: summaries.map(({ report }) => report),
            failures: summaries.flatMap(({ failure }) => failure ?? []),
            leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
        }),
    };
}


/***/ })

};
