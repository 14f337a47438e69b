//! The mistakes. One row each: what is replaced by what, and what must be told of it.

/// One mistake.
pub(crate) struct Mistake {
    /// Which way the author went wrong.
    pub(crate) class: &'static str,
    /// The file, from `forms/`.
    pub(crate) file: &'static str,
    /// What the author had written; it stands in the file once.
    pub(crate) from: &'static str,
    /// What stands there instead.
    pub(crate) to: &'static str,
    /// The rule that tells it.
    pub(crate) rule: &'static str,
    /// A piece of the help, or of the message where there is no help.
    pub(crate) says: &'static str,
    /// The file and text (with its mark) where it is told, if that is not what was changed.
    pub(crate) elsewhere: Option<(&'static str, &'static str)>,
}

const fn row(
    class: &'static str,
    file: &'static str,
    [from, to]: [&'static str; 2],
    rule: &'static str,
    says: &'static str,
) -> Mistake {
    Mistake {
        class,
        file,
        from,
        to,
        rule,
        says,
        elsewhere: None,
    }
}

impl Mistake {
    const fn told_in(mut self, file: &'static str, text: &'static str) -> Self {
        self.elsewhere = Some((file, text));
        self
    }
}

const GANSU: &str = "gansu/region.yaml";
const GUANGXI: &str = "guangxi/region.yaml";
const GANSU_FLOW: &str = "gansu/workflow.yaml";
const GUANGXI_FLOW: &str = "guangxi/workflow.yaml";
const GANSU_FORM: &str = "gansu/applied-technology.form.yaml";
const GUANGXI_FORM: &str = "guangxi/applied-technology.form.yaml";

/// All of them.
#[rustfmt::skip]
pub(crate) const MISTAKES: &[Mistake] = &[
    row("unknown key", GANSU, ["  captcha: true", "  ⟦captchas: true"], "unknown-key", "did you mean `captcha`?"),
    row("unknown key", GANSU_FLOW, ["    waitsFor: unit_admin", "    ⟦waitFor: unit_admin"], "unknown-key", "did you mean `waitsFor`?"),
    row("unknown key", GUANGXI_FORM, ["            maxLength: 50", "            ⟦maxLenght: 50"], "unknown-key", "did you mean `maxLength`?"),
    row("unknown key", "guangxi/samples/individual.yaml", ["context: {applicant", "⟦contxt: {applicant"], "unknown-key", "did you mean `context`?"),

    row("wrong type", GUANGXI, ["{minLength: 8,", "{minLength: ⟦eight,"], "wrong-type", "whole number"),
    row("wrong type", GUANGXI_FORM, ["            type: yes-no\n            required: true", "            type: yes-no\n            required: ⟦yes"], "wrong-type", "write `true`"),
    row("wrong type", "gansu/common.form.yaml", ["maxSize: 20 MB", "maxSize: ⟦20 megabytes"], "wrong-type", "20 MB"),
    row("wrong type", GUANGXI_FORM, ["type: yes-no", "type: ⟦boolean"], "unknown-type", "yes-no"),
    row("wrong type", GANSU_FLOW, ["within: 5 workdays, then: remind} # [M]", "within: ⟦five days, then: remind}"], "wrong-type", "5 workdays"),

    row("duplicate id", GANSU_FORM, ["  attachments:\n    fields:", "  attachments:\n    fields:\n      ⟦level: {label: 水平, type: choice, codes: level}"], "duplicate-id", "unique in a form"),
    row("duplicate id", GUANGXI_FORM, ["  only_property:", "  ⟦stage: 'filled(ip)'\n  only_property:"], "duplicate-id", "share their names"),
    row("duplicate id", GUANGXI_FORM, ["  patent_holder:", "  ⟦patent_name:"], "duplicate-key", "remove one of them"),
    row("duplicate id", "gansu/codes/units.csv", ["maiji,麦积", "⟦silu,麦积"], "unit-duplicate", "silu"),

    row("unknown field", "gansu/common.form.yaml", ["requireWhen: 'planned'", "requireWhen: '⟦planed'"], "expression-unknown-name", "did you mean: planned"),
    row("unknown field", GUANGXI_FORM, ["at: people[0].name", "at: ⟦people[0].nmae"], "unknown-field", "did you mean `name`?"),
    row("unknown field", "guangxi/common.form.yaml", ["create: [name, first_unit, recommender, funded]", "create: [name, first_unit, ⟦recomender, funded]"], "unknown-field", "did you mean `recommender`?"),
    row("unknown field", GANSU_FLOW, ["{role: recommender, unit: recommender}", "{role: recommender, unit: ⟦recommended_by}"], "unknown-field", "recommender"),
    row("unknown field", "gansu/accounts/activation.form.yaml", ["      id_other: null", "      ⟦id_othr: null"], "removes-nothing", "delete this line"),

    row("unknown page", GANSU_FORM, ["    before: overview", "    before: ⟦overveiw"], "unknown-position", "did you mean `overview`?"),
    row("unknown code list", "gansu/accounts/profile.form.yaml", ["codes: gbt3304", "codes: ⟦gbt3340"], "unknown-code-list", "did you mean `gbt3304`?"),
    row("unknown role", GUANGXI_FLOW, ["by: unit_admin", "by: ⟦unit_admn"], "unknown-role", "did you mean `unit_admin`?"),
    row("unknown role", GANSU, ["invitedBy: unit_admin", "invitedBy: ⟦administrator"], "unknown-role", "one of: "),
    row("unknown role", "gansu/texts/menu.yaml", ["roles: [registrant]", "roles: [⟦registrat]"], "unknown-role", "did you mean `registrant`?"),
    row("unknown state", GANSU_FLOW, ["{to: recommend}]", "{to: ⟦recomend}]"], "unknown-state", "did you mean `recommend`?"),
    row("unknown state", GANSU, ["in: [done]", "in: [⟦finished]"], "unknown-state", "one of: "),
    row("unknown document", GANSU_FLOW, ["{issue: certificate}", "{issue: ⟦certificat}"], "unknown-document", "did you mean `certificate`?"),
    row("unknown plugin", GUANGXI, ["layout: guangxi-certificate", "layout: ⟦guangxi-certificates"], "unknown-plugin", "did you mean `guangxi-certificate`?"),
    row("unknown text", "gansu/common.form.yaml", ["text: texts/guide.md", "text: ⟦texts/giude.md"], "unknown-text", "did you mean"),

    row("expression syntax", GUANGXI_FORM, ["!filled(access_proof) && !filled(standard_proof)'", "!filled(access_proof) && ⟦(!filled(standard_proof)'"], "expression-syntax", "no counterpart"),
    row("expression syntax", GUANGXI_FORM, ["assert: 'patents.exists(item, item.in_force)'", "assert: 'patents.exists(item, item.in_force ⟦= true)'"], "expression-syntax", "=="),
    row("expression syntax", GUANGXI_FORM, ["when: 'only_property && filled(patents)'\n    assert: 'patents.exists(item, item.name", "when: 'only_property ⟦and filled(patents)'\n    assert: 'patents.exists(item, item.name"], "expression-syntax", "&&"),
    row("expression syntax", "national/result.form.yaml", ["assert: 'period_end >= period_start'", "assert: 'period_end ⟦≥ period_start'"], "expression-syntax", ">="),
    row("expression type", "national/result.form.yaml", ["assert: 'evaluated_on > period_start'", "assert: '⟦evaluated_on > level'"], "expression-type", "cannot be compared"),
    row("expression type", "national/result.form.yaml", ["assert: 'row.born < month(app.filed_on)'", "assert: '⟦row.born < app.filed_on'"], "expression-type", "month"),
    row("expression type", GUANGXI_FORM, ["row.state == \"授权\"'", "row.state == ⟦\"授权中\"'"], "expression-unknown-code", "授权"),
    row("expression type", GANSU_FORM, ["filled(evaluation_proof) && filled(report)) || (filled(access", "⟦fillled(evaluation_proof) && filled(report)) || (filled(access"], "expression-unknown-function", "filled"),

    row("visibility cycle", "national/applied-technology.form.yaml", ["        type: yes-no\n        required: true # [M]\n      demand_modes:", "        type: yes-no\n        required: true\n        showWhen: ⟦'filled(demand_modes)'\n      demand_modes:"], "visibility-cycle", "take one of the conditions"),
    row("computation cycle", "national/result.form.yaml", ["compute: '\"非密\"'", "compute: ⟦'secrecy_shown'\n      secrecy_shown:\n        label: {zh: 密级, en: Secrecy}\n        type: computed\n        of: text\n        compute: 'secrecy'"], "computation-cycle", "take one of the conditions"),
    row("self-reference", "national/result.form.yaml", ["compute: 'sum([fund_national, fund_ministry, fund_local, fund_own])'", "compute: ⟦'sum([fund_national, fund_ministry, fund_local, fund_own, fund_total])'"], "computation-cycle", "take one of the conditions"),
    row("self-reference", GUANGXI_FORM, ["  only_property: 'filled(ip_proof)", "  ⟦only_property: 'only_property && filled(ip_proof)"], "computation-cycle", "without itself"),

    row("never shown", GUANGXI_FORM, ["showWhen: 'row.kind in [\"发明专利\", \"实用新型专利\", \"外观设计专利\"] && row.state", "showWhen: ⟦'row.kind == \"发明专利\" && row.kind == \"软件著作权\" && row.state"], "constant-condition", "which field it depends on"),
    row("never shown", GANSU_FORM, ["  attachments:\n", "  extras:\n    title: {zh: 资助, en: Funding}\n    showWhen: 'funded'\n    fields:\n      why: {label: {zh: 无资助的原因, en: Why none}, type: text, required: true, showWhen: ⟦'!funded'}\n  attachments:\n"], "never-shown", "compare its `showWhen`"),

    row("constant rule", "national/result.form.yaml", ["assert: 'project_end >= project_start'", "assert: ⟦'project_end >= project_end'"], "constant-assert", "compare what"),
    row("constant rule", "national/result.form.yaml", ["assert: 'evaluation_mode in [\"评估\", \"行业准入\", \"机构评价\", \"权威部门检测\", \"其他\"]'\n    at: level", "assert: ⟦'level != \"未评价\"'\n    at: level"], "constant-assert", "compare what"),

    row("contradiction", GANSU, ["{minLength: 8, maxLength: 12,", "{minLength: ⟦18, maxLength: 12,"], "constraint-contradiction", "change one of them"),
    row("contradiction", "national/result.form.yaml", ["        minItems: 3\n        maxItems: 3", "        minItems: ⟦5\n        maxItems: 3"], "constraint-contradiction", "change one of them"),

    row("code list", "national/codes/gbt4658.csv", ["11,博士研究生毕业,10", "⟦11,博士研究生毕业,100"], "code-list-orphan", "add a row for this parent"),
    row("code list", "national/codes/gbt4658.csv", ["10,研究生教育,", "⟦10,研究生教育,10"], "code-list-loop", "a code at the top has none"),
    row("code list", "national/codes/level.csv", ["国内先进,国内先进,", "⟦国内领先,国内先进,"], "code-list-duplicate", "unique in a list"),

    row("unreachable page", GANSU_FORM, ["    before: overview\n", "    before: overview\n    showWhen: ⟦'stage == \"初期阶段\" && stage == \"中期阶段\"'\n"], "constant-condition", "which field it depends on"),
    row("unreachable state", GUANGXI_FLOW, ["    to: refused", "    to: done"], "unreachable-state", "let the `to`").told_in(GUANGXI_FLOW, "  ⟦refused: {label: {zh: 不予登记, en: Refused}"),
    row("no way out", GANSU_FLOW, ["  done: {label: {zh: 审核通过, en: Registered}, final: true}", "  ⟦done: {label: {zh: 审核通过, en: Registered}}"], "dead-end-state", "final: true"),
    row("nobody acts", GUANGXI_FLOW, ["    from: [unit, recommend, office]\n    by: handler", "    from: [draft]\n    by: handler"], "action-nobody", "waitsFor").told_in(GUANGXI_FLOW, "  ⟦send_back:"),
    row("idle role", GANSU, ["roles:\n", "roles:\n  ⟦expert: {label: {zh: 专家, en: Expert}, sees: region}\n"], "role-idle", "delete the role"),
    row("due without calendar", GUANGXI, ["calendar: {name: cn, rollover: true}", "calendar: null"], "due-without-calendar", "calendar: {name: cn}").told_in(GUANGXI_FLOW, "{within: ⟦10 workdays"),
    row("numbering", GANSU, ["pattern: '962{year}{category}{serial:4}'", "pattern: ⟦'962{year}{category}'"], "number-without-serial", "{serial:4}"),
    row("numbering", GUANGXI, ["pattern: '945{year}{category}{serial:4}'", "pattern: ⟦'945{year}{serial:4}'"], "number-repeats", "{category}"),

    row("document field", "gansu/documents/certificate.typ", ["answer(data, \"name\")", "answer(data, \"⟦nmae\")"], "document-field", "did you mean `name`?"),
    row("document field", "gansu/documents/certificate.typ", ["column(data, \"people\", \"name\")", "column(data, \"people\", \"⟦full_name\")"], "document-field", "name"),

    row("sample", "gansu/samples/complete.yaml", ["  discipline: ", "  ⟦disciplin: "], "sample-unknown-field", "did you mean `discipline`?"),
    row("sample", "guangxi/samples/individual.yaml", ["{act: approve, by: office, state: done}", "{act: ⟦aprove, by: office, state: done}"], "unknown-in-walk", "did you mean `approve`?"),
    row("sample", "gansu/samples/without-unit.yaml", ["from: complete.yaml", "from: ⟦complet.yaml"], "unknown-sample", "did you mean `complete.yaml`?"),

    row("sample", "guangxi/samples/overview.yaml", ["findings: [{rule: required, at: funding_level}]", "findings: [{rule: required, at: ⟦fund_level}]"], "sample-unknown-field", "did you mean `funding_level`?"),
    row("sample", "gansu/samples/evaluation.yaml", ["'committee[1].employer': 陇原大学", "⟦'committee[1].employr': 陇原大学"], "sample-unknown-field", "did you mean `employer`?"),

    row("translation", "gansu/texts/words.yaml", ["check: {zh: 填写检查, en: Check}", "check: ⟦{en: Check}"], "missing-key", "zh"),

    row("file", GANSU, ["\"b98e61985cca723b", "⟦\"b98e61985cca7230"], "plugin-hash", "change it once you trust"),
    row("file", GUANGXI, ["file: guangxi-certificate.wasm", "file: ⟦guangxi-certificate.wsm"], "missing-file", "did you mean `guangxi-certificate.wasm`?"),
    row("file", GUANGXI, ["menu: texts/menu.yaml", "menu: ⟦texts/menus.yaml"], "missing-file", "did you mean `texts/menu.yaml`?"),
    row("file", GANSU, ["    agreement: texts/agreement.md\n", ""], "unused-text", "delete the file").told_in("gansu/texts/agreement.md", "⟦# 注册协议条例"),
    row("file", GANSU_FORM, ["national/applied-technology", "⟦national/aplied-technology"], "extends-missing", "did you mean"),
    row("file", GANSU, ["invitedBy: unit_admin\n    form: activation", "invitedBy: unit_admin\n    form: ⟦activate"], "unknown-form", "did you mean `activation`?"),
];
