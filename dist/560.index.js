export const id = 560;
export const ids = [560];
export const modules = {

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
// EXTERNAL MODULE: ./build/compute/target.js + 10 modules
var target = __webpack_require__(4578);
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
    const patch = step.do === "update" ? (0,target/* toPatch */.Qs)(step.target, step.differences) : undefined;
    try {
        body = patch ?? (await (0,target/* toRequest */.d_)(step.target, ports.workspace, ports.resolveSecret));
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
        const answer = patch === undefined ? await ports.computes.put(name, body) : await ports.computes.patch(name, body);
        if (answer.ok && !options.wait && target/* kinds */.EZ[step.target.type].origin === "managed") {
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
// EXTERNAL MODULE: ./build/commands/plan.js
var commands_plan = __webpack_require__(3996);
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
    const applied = await ensureTargets(azure, declaration, context);
    return (0,commands_context/* join */.f)(base, { ...applied.result, workspace: (0,session/* workspaceReport */.WQ)(azure) });
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
