//! Who there is: roles, ways to an account, units, how people sign in (LANGUAGE L6, L7).

use std::sync::Arc;

use indexmap::IndexMap;

use super::Loader;
use super::codes::{line_spot, records};
use crate::definition::region::{Activation, PasswordRule, Role, Sees, SignIn, UnitSeed, WayIn};
use crate::definition::shape::{Key, Keys, Shape, Words};
use crate::definition::source::{Entry, MapReader, Node, SourceFile, nearest, string_of, text_of};
use crate::definition::{Form, Id, Text};

pub(super) static ROLE: Keys = Keys::new(
    "role",
    ("角色", "a role"),
    &[
        Key::new("label", Shape::Text, "名称", "what people call it")
            .needed()
            .such_as("省科技厅"),
        Key::new(
            "sees",
            Shape::OneOf(&SEES),
            "看到哪些申请",
            "which applications it sees",
        )
        .needed(),
        Key::new(
            "secondFactor",
            Shape::Flag,
            "登录须有动态口令",
            "whether it is taken only with a second factor",
        )
        .usually("false", "false"),
        Key::new(
            "renamedFrom",
            Shape::Names,
            "角色原来的标识",
            "what it was called before",
        )
        .such_as("admin"),
    ],
);

static SEES: Words = Words::new(
    "unknown-sees",
    ("范围", "scope"),
    &[
        ("own", "自己的", "their own"),
        ("unit", "本单位的", "those of their unit"),
        ("handled", "由本单位办理的", "those that their unit handles"),
        ("region", "全部", "all"),
    ],
);

pub(super) static WAY_IN: Keys = Keys::new(
    "way-in",
    ("取得账号的途径", "a way to an account"),
    &[
        Key::new("label", Shape::Text, "名称", "what people call it")
            .needed()
            .such_as("单位注册"),
        Key::new(
            "help",
            Shape::Text,
            "适用于谁",
            "whom it is for, and who must not use it",
        )
        .such_as("有依托单位的请勿由此注册。"),
        Key::new(
            "form",
            Shape::Word,
            "要填的表（accounts/*.form.yaml）",
            "the form it asks (accounts/*.form.yaml)",
        )
        .such_as("unit"),
        Key::new(
            "activationForm",
            Shape::Word,
            "打开激活链接后要填的表",
            "the form asked when the link in the mail is opened",
        )
        .such_as("activation"),
        Key::new(
            "agreement",
            Shape::Word,
            "须同意的协议（texts/*.md）",
            "the text to agree to (texts/*.md)",
        )
        .such_as("texts/agreement.md"),
        Key::new("creates", Shape::Map(&CREATES), "产生什么", "what it creates")
            .needed()
            .such_as("{unit: completing, role: unit_admin}"),
        Key::new("joins", Shape::OneOf(&JOINS), "加入已有单位", "joins a unit"),
        Key::new("invitedBy", Shape::Word, "由谁分配", "the role that invites").such_as("unit_admin"),
        Key::new(
            "activation",
            Shape::OneOf(&ACTIVATION),
            "激活方式",
            "how it is activated",
        )
        .usually("none", "none"),
        Key::new("approvedBy", Shape::Word, "由谁批准", "the role that approves").such_as("office"),
    ],
);

static JOINS: Words = Words::new(
    "unknown-joins",
    ("可加入的对象", "thing to join"),
    &[("unit", "分配账号的人所在的单位", "the unit of whoever invites")],
);

static ACTIVATION: Words = Words::new(
    "unknown-activation",
    ("激活方式", "activation"),
    &[
        ("email", "点邮件中的链接", "by a link in a mail"),
        ("none", "不用激活", "at once"),
        (
            "approval",
            "批准后（写明 approvedBy）",
            "once approved (say `approvedBy`)",
        ),
    ],
);

static CREATES: Keys = Keys::new(
    "creates",
    ("产生的内容", "`creates`"),
    &[
        Key::new("unit", Shape::Word, "单位种类", "a unit of this kind").such_as("completing"),
        Key::new(
            "role",
            Shape::Word,
            "角色（没有 unit 时必写）",
            "the role (needed where there is no `unit`)",
        )
        .such_as("registrant"),
    ],
);
pub(super) static SIGN_IN: Keys = Keys::new(
    "sign-in",
    ("登录方式", "signIn"),
    &[
        Key::new("by", Shape::OneOf(&SIGN_IN_BY), "用什么登录", "what people sign in by").usually("name", "name"),
        Key::new("captcha", Shape::Flag, "验证码", "whether a captcha is asked").usually("false", "false"),
        Key::new("password", Shape::Map(&PASSWORD), "密码规则", "what a password must be")
            .such_as("{minLength: 8, classes: [upper, digit]}"),
    ],
);

static SIGN_IN_BY: Words = Words::new(
    "unknown-sign-in",
    ("登录方式", "way of signing in"),
    &[("email", "电子邮箱", "by mail address"), ("name", "用户名", "by name")],
);
static PASSWORD: Keys = Keys::new(
    "password",
    ("密码规则", "a password rule"),
    &[
        Key::new("minLength", Shape::Count, "最短", "at least").usually("8", "8"),
        Key::new("maxLength", Shape::Count, "最长", "at most").usually("64", "64"),
        Key::new(
            "classes",
            Shape::SomeOf(&CLASS),
            "须含的字符类",
            "classes that must appear",
        )
        .such_as("[upper, lower, digit]"),
    ],
);

static CLASS: Words = Words::new(
    "unknown-class",
    ("字符类", "class of characters"),
    &[
        ("upper", "大写字母", "capital letters"),
        ("lower", "小写字母", "small letters"),
        ("digit", "数字", "digits"),
        ("symbol", "符号", "symbols"),
    ],
);

impl Loader<'_> {
    /// One role.
    pub(super) fn role_entry(&mut self, entry: &Entry) -> Option<Role> {
        let map = MapReader::new(&entry.value, &ROLE, self.problems)?;
        let sees = match map.need("sees", self.problems)?.scalar()? {
            "own" => Sees::Own,
            "unit" => Sees::Unit,
            "handled" => Sees::Handled,
            _ => Sees::Region,
        };
        Some(Role {
            id: entry.key.as_str().into(),
            label: self.need_text(&map, "label"),
            sees,
            second_factor: map.bool("secondFactor").unwrap_or(false),
            renamed_from: self.old_ids(&map),
        })
    }

    /// What kinds of unit there are.
    pub(super) fn unit_kinds(&mut self, map: &MapReader<'_>) -> IndexMap<Id, Text> {
        self.each_in(
            map,
            "unitKinds",
            ("单位种类", "unit kinds"),
            true,
            |loader, entry| text_of(&entry.value, loader.problems),
        )
    }

    /// The ways to an account; the form of each is one of `forms`.
    pub(super) fn ways_in(
        &mut self,
        map: &MapReader<'_>,
        roles: &IndexMap<Id, Role>,
        kinds: &IndexMap<Id, Text>,
        forms: &IndexMap<Id, Arc<Form>>,
    ) -> IndexMap<Id, WayIn> {
        self.each_in(
            map,
            "accounts",
            ("取得账号的途径", "accounts"),
            false,
            |loader, entry| loader.way_in(entry, roles, kinds, forms),
        )
    }

    fn way_in(
        &mut self,
        entry: &Entry,
        roles: &IndexMap<Id, Role>,
        kinds: &IndexMap<Id, Text>,
        forms: &IndexMap<Id, Arc<Form>>,
    ) -> Option<WayIn> {
        let map = MapReader::new(&entry.value, &WAY_IN, self.problems)?;
        let label = self.need_text(&map, "label");
        let help = map.get("help").and_then(|node| text_of(node, self.problems));
        let form = map.get("form").and_then(|node| self.account_form(node, forms));
        let activation_form = map
            .get("activationForm")
            .and_then(|node| self.account_form(node, forms));
        let invited_by = map.get("invitedBy").and_then(|node| self.role(node, roles));
        let approved_by = map.get("approvedBy").and_then(|node| self.role(node, roles));
        let agreement = map.get("agreement").and_then(|node| self.text_named(node));
        let activation = self.activation(&map);
        let creates = map.need("creates", self.problems)?;
        let creates = MapReader::new(creates, &CREATES, self.problems)?;
        let role_node = match creates.get("unit") {
            Some(_) => creates.get("role"),
            None => Some(creates.need("role", self.problems)?),
        };
        if let Some(node) = map.get("approvedBy").filter(|_| activation != Activation::Approval) {
            let message = Text::both(
                "写了由谁批准，却不是批准后激活",
                "it says who approves, but needs no approval",
            );
            let help = Text::both(
                "写 activation: approval，或删去 approvedBy",
                "write `activation: approval`, or delete `approvedBy`",
            );
            self.problems.at_node("approver-unasked", node, message, Some(help));
        }
        let way = WayIn {
            id: entry.key.as_str().into(),
            label,
            help,
            form,
            activation_form,
            agreement,
            invited_by,
            activation,
            approved_by,
            role: role_node.and_then(|node| self.role(node, roles)),
            creates_unit: creates.get("unit").and_then(|node| self.unit_kind(node, kinds)),
            joins_unit: map.get("joins").is_some(),
        };
        self.asks_enough(&map, &way, forms);
        Some(way)
    }

    /// That the forms of a way ask what its account or unit cannot do without.
    fn asks_enough(&mut self, map: &MapReader<'_>, way: &WayIn, forms: &IndexMap<Id, Arc<Form>>) {
        let first = way.form.as_ref().and_then(|id| forms.get(id));
        let Some((node, form)) = map.get("form").zip(first) else {
            return;
        };
        let invited = map.get("invitedBy").is_some();
        let needs = [
            ("name", true),
            ("contact", way.creates_unit.is_some() && way.role.is_some()),
            ("email", way.activation == Activation::Email && !invited),
            ("unit", way.joins_unit && !invited),
        ];
        let lacks = |(field, needed): &(&str, bool)| *needed && form.field(field).is_none();
        for (field, _) in needs.into_iter().filter(lacks) {
            let message = Text::both(
                format!("表 {} 没有字段 {field}，这一途径要用它", form.id),
                format!("the form {} has no field `{field}`, which this way in needs", form.id),
            );
            let help = Text::both(
                format!("在表里加上字段 {field}"),
                format!("add the field `{field}` to the form"),
            );
            self.problems
                .at_node("account-field-missing", node, message, Some(help));
        }
    }

    /// The account form that people keep up to date.
    pub(super) fn profile(&mut self, map: &MapReader<'_>, forms: &IndexMap<Id, Arc<Form>>) -> Option<Id> {
        map.get("profile").and_then(|node| self.account_form(node, forms))
    }

    /// One of `accounts/*.form.yaml`.
    fn account_form(&mut self, node: &Node, forms: &IndexMap<Id, Arc<Form>>) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if let Some((id, _)) = forms.get_key_value(name.as_str()) {
            return Some(id.clone());
        }
        if !self.is_broken("account forms", &name) {
            let what = ("账号表（accounts/*.form.yaml）", "form in accounts/");
            let known = forms.keys().map(|id| &**id);
            self.problems.unknown("unknown-form", node, what, &name, known);
        }
        None
    }

    fn activation(&mut self, map: &MapReader<'_>) -> Activation {
        let Some(node) = map.get("activation") else {
            return Activation::None;
        };
        match node.scalar().unwrap_or_default() {
            "email" => Activation::Email,
            "approval" => {
                if map.get("approvedBy").is_none() {
                    let message = Text::both(
                        "要批准才能激活，但没有写由谁批准",
                        "it needs approval, but nobody approves",
                    );
                    let help = Text::both("加上 approvedBy: 角色", "add `approvedBy` with a role");
                    let removed = self.taken_away("approvedBy").into_iter().collect();
                    self.problems
                        .error_with("approval-nobody", &node.spot, message, Some(help), removed);
                }
                Activation::Approval
            }
            _ => Activation::None,
        }
    }

    fn unit_kind(&mut self, node: &Node, kinds: &IndexMap<Id, Text>) -> Option<Id> {
        let name = string_of(node, self.problems)?;
        if kinds.contains_key(name.as_str()) {
            return Some(name.into());
        }
        if self.is_broken("unitKinds", &name) {
            return None;
        }
        self.problems.unknown(
            "unknown-unit-kind",
            node,
            ("单位种类", "kind of unit"),
            &name,
            kinds.keys().map(|id| &**id),
        );
        None
    }

    /// The units of the CSV that `units:` names.
    pub(super) fn units(&mut self, map: &MapReader<'_>, kinds: &IndexMap<Id, Text>) -> Vec<UnitSeed> {
        let Some(node) = map.get("units") else {
            return Vec::new();
        };
        let Some(name) = string_of(node, self.problems) else {
            return Vec::new();
        };
        let Some(path) = self.nearest_file(&name) else {
            self.missing_file(node, &name, "");
            return Vec::new();
        };
        let Some(file) = Self::csv_file(self.files, &path, self.problems) else {
            return Vec::new();
        };
        let mut units: IndexMap<Id, (UnitSeed, usize)> = IndexMap::new();
        for (line, row) in records(&file, &["id", "name", "kinds"], self.problems) {
            let unit = self.unit(&file, line, row, kinds);
            if let Some((_, first)) = units.get(&unit.id) {
                let message = Text::both(
                    format!("单位 {} 重复", unit.id),
                    format!("the unit {} stands twice", unit.id),
                );
                let related = vec![(
                    line_spot(&file, *first).place(),
                    Text::both("第一次在这里", "first here"),
                )];
                self.problems
                    .error_with("unit-duplicate", &line_spot(&file, line), message, None, related);
                continue;
            }
            units.insert(unit.id.clone(), (unit, line));
        }
        units.into_values().map(|(unit, _)| unit).collect()
    }

    fn unit(
        &mut self,
        file: &Arc<SourceFile>,
        line: usize,
        mut row: IndexMap<String, String>,
        kinds: &IndexMap<Id, Text>,
    ) -> UnitSeed {
        let mut take = |key: &str| row.shift_remove(key).unwrap_or_default();
        let own_kinds = take("kinds");
        let own_kinds = own_kinds.split([';', ' ', '|']).filter(|kind| !kind.is_empty());
        let unit = UnitSeed {
            id: take("id").into(),
            name: take("name"),
            credit_code: take("credit_code"),
            kinds: own_kinds.map(Id::from).collect(),
            place: take("place"),
        };
        for kind in unit.kinds.iter().filter(|kind| !kinds.contains_key(*kind)) {
            if !self.is_broken("unitKinds", kind) {
                let message = Text::both(
                    format!("没有单位种类「{kind}」"),
                    format!("there is no kind of unit `{kind}`"),
                );
                let help = nearest(kind, kinds.keys().map(|id| &**id));
                self.problems
                    .error("unknown-unit-kind", &line_spot(file, line), message, help);
            }
        }
        unit
    }

    /// How people sign in; by name, with the mildest password rule, where nothing is said.
    pub(super) fn sign_in(&mut self, map: &MapReader<'_>) -> SignIn {
        let mut sign_in = SignIn {
            by_email: false,
            captcha: false,
            password: PasswordRule {
                min_length: 8,
                max_length: 64,
                classes: Vec::new(),
            },
        };
        let Some(map) = map
            .get("signIn")
            .and_then(|node| MapReader::new(node, &SIGN_IN, self.problems))
        else {
            return sign_in;
        };
        sign_in.by_email = map.get("by").and_then(Node::scalar) == Some("email");
        sign_in.captcha = map.bool("captcha").unwrap_or(false);
        if let Some(map) = map
            .get("password")
            .and_then(|node| MapReader::new(node, &PASSWORD, self.problems))
        {
            let rule = &mut sign_in.password;
            rule.min_length = map.count("minLength").unwrap_or(rule.min_length);
            rule.max_length = map.count("maxLength").unwrap_or(rule.max_length);
            if let (true, Some(node)) = (
                rule.min_length > rule.max_length,
                map.get("minLength").or(map.get("maxLength")),
            ) {
                let (least, most) = (rule.min_length, rule.max_length);
                let message = Text::both(
                    format!("minLength {least} 大于 maxLength {most}，没有口令能同时满足"),
                    format!("minLength {least} is more than maxLength {most}: no password can meet both"),
                );
                let help = Text::both("改写其中一个", "change one of them");
                self.problems
                    .at_node("constraint-contradiction", node, message, Some(help));
            }
            let classes = map.names("classes", self.problems);
            rule.classes = classes.into_iter().map(|(class, _)| class.to_string()).collect();
            if let (true, Some(node)) = (rule.classes.len() > rule.max_length, map.get("maxLength")) {
                let (most, classes) = (rule.max_length, rule.classes.len());
                let message = Text::both(
                    format!("口令最长 {most} 位，放不下 {classes} 类字符"),
                    format!("{most} characters at most cannot hold {classes} classes of them"),
                );
                let help = Text::both("放长 maxLength", "raise `maxLength`");
                self.problems
                    .at_node("constraint-contradiction", node, message, Some(help));
            }
        }
        sign_in
    }
}
