export const id = 178;
export const ids = [178];
export const modules = {

/***/ 8178:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   up: () => (/* binding */ up)
/* harmony export */ });
/* harmony import */ var _declaration_problem_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1016);
/* harmony import */ var _apply_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(898);
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6140);
/* harmony import */ var _environments_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(936);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6183);
/* harmony import */ var _train_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(948);
/* harmony import */ var _validate_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7541);







/** Everything that is declared: the targets first, then the run. */
async function up(context) {
    const declaration = await context.declare();
    const problems = declaration.deploy === undefined
        ? declaration.problems
        : [...declaration.problems, deployNotSupported(declaration.deploy)];
    const base = (0,_validate_js__WEBPACK_IMPORTED_MODULE_5__.checked)({ ...declaration, problems });
    if (problems.some(_declaration_problem_js__WEBPACK_IMPORTED_MODULE_6__/* .isError */ .bJ))
        return base;
    if (!(0,_train_js__WEBPACK_IMPORTED_MODULE_4__.needsWorkspace)(declaration))
        return (0,_context_js__WEBPACK_IMPORTED_MODULE_1__/* .join */ .f)(base, await (0,_train_js__WEBPACK_IMPORTED_MODULE_4__.trainDeclared)(declaration, context));
    const azure = await (0,_session_js__WEBPACK_IMPORTED_MODULE_3__/* .connect */ .Ng)(context, declaration);
    const [applied, environments] = await Promise.all([
        (0,_apply_js__WEBPACK_IMPORTED_MODULE_0__.ensureTargets)(azure, declaration, context),
        (0,_environments_js__WEBPACK_IMPORTED_MODULE_2__/* .ensureEnvironments */ .z)(azure, declaration, context),
    ]);
    const result = (0,_context_js__WEBPACK_IMPORTED_MODULE_1__/* .join */ .f)((0,_context_js__WEBPACK_IMPORTED_MODULE_1__/* .join */ .f)(base, { ...applied.result, workspace: (0,_session_js__WEBPACK_IMPORTED_MODULE_3__/* .workspaceReport */ .WQ)(azure) }), environments);
    if (declaration.run === undefined || result.failures.length > 0)
        return result;
    return (0,_context_js__WEBPACK_IMPORTED_MODULE_1__/* .join */ .f)(result, await (0,_train_js__WEBPACK_IMPORTED_MODULE_4__.trainDeclared)(declaration, context, { azure, liveNames: applied.liveNames }));
}
function deployNotSupported(where) {
    return {
        code: "not-supported-yet",
        severity: "error",
        where,
        message: "A deployment is declared, and deployments are not supported yet.",
        fix: "Remove deploy, or use the commands apply and train, which leave it alone.",
    };
}


/***/ })

};
