//! Who there is: roles, ways to an account, units, how people sign in (LANGUAGE L6, L7).

use std::sync::Arc;

use indexmap::IndexMap;

use super::Loader;
use super::codes::{line_spot, records};
use crate::definition::region::{Activation, PasswordRule, Role, Sees, SignIn, UnitSeed, WayIn};
use crate::definition::source::{Entry, Keys, MapReader, Node, SourceFile, nearest, string_of, text_of};
use crate::definition::{Form, Id, Text};

pub(super) const ROLE: Keys = Keys {
    what: ("角色", "a role"),
    keys: &[
        ("label", "名称", "what people call it"),
        (
            "sees",
            "看到哪些申请：own、unit、handled 或 region",
            "which applications it sees",
        ),
        (
            "secondFactor",
            "登录须有动态口令",
            "whether it is taken only with a second factor",
        ),
        ("renamedFrom", "角色原来的标识", "what it was called before"),
    ],
};

const WAY_IN: Keys = Keys {
    what: ("取得账号的途径", "a way to an account"),
    keys: &[
        ("label", "名称", "what people call it"),
        ("help", "适用于谁", "whom it is for, and who must not use it"),
        ("form", "要填的表", "the form it asks"),
        (
            "activationForm",
            "打开激活链接后要填的表",
            "the form asked when the link in the mail is opened",
        ),
        ("agreement", "须同意的协议", "the text to agree to"),
        ("creates", "产生什么", "what it creates"),
        ("joins", "加入已有单位", "joins a unit"),
        ("invitedBy", "由谁分配", "the role that invites"),
        ("activation", "激活方式", "how it is activated"),
        ("approvedBy", "由谁批准", "the role that approves"),
    ],
};

const CREATES: Keys = Keys {
    what: ("产生的内容", "`creates`"),
    keys: &[
        ("unit", "单位种类", "a unit of this kind"),
        ("role", "角色", "the role"),
    ],
};
const SIGN_IN: Keys = Keys {
    what: ("登录方式", "signIn"),
    keys: &[
        ("by", "email 或 name", "email or name"),
        ("captcha", "验证码", "whether a captcha is asked"),
        ("password", "密码规则", "what a password must be"),
    ],
};
const PASSWORD: Keys = Keys {
    what: ("密码规则", "a password rule"),
    keys: &[
        ("minLength", "最短", "at least"),
        ("maxLength", "最长", "at most"),
        (
            "classes",
            "须含的字符类",
            "classes that must appear: upper, lower, digit, symbol",
        ),
    ],
};

impl Loader<'_> {
    /// One role.
    pub(super) fn role_entry(&mut self, entry: &Entry) -> Option<Role> {
        let map = MapReader::new(&entry.value, &ROLE, self.problems)?;
        let sees_node = map.need("sees", self.problems)?;
        let sees = match sees_node.scalar().unwrap_or_default() {
            "own" => Sees::Own,
            "unit" => Sees::Unit,
            "handled" => Sees::Handled,
            "region" => Sees::Region,
            other => {
                self.problems.unknown(
                    "unknown-sees",
                    sees_node,
                    ("范围", "scope"),
                    other,
                    ["own", "unit", "handled", "region"],
                );
                return None;
            }
        };
        Some(Role {
            id: entry.key.as_str().into(),
            label: self.need_text(&map, "label"),
            sees,
            second_factor: map.bool("secondFactor", self.problems).unwrap_or(false),
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
        let joins = map.get("joins");
        if let Some(node) = joins.filter(|node| node.scalar() != Some("unit")) {
            let name = node.scalar().unwrap_or_default();
            self.problems
                .unknown("unknown-joins", node, ("可加入的对象", "thing to join"), name, ["unit"]);
        }
        let creates = map.need("creates", self.problems)?;
        let creates = MapReader::new(creates, &CREATES, self.problems)?;
        let role_node = match creates.get("unit") {
            Some(_) => creates.get("role"),
            None => Some(creates.need("role", self.problems)?),
        };
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
            joins_unit: joins.is_some(),
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
        let invited = way.invited_by.is_some();
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
            "none" => Activation::None,
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
            other => {
                let known = ["email", "none", "approval"];
                self.problems
                    .unknown("unknown-activation", node, ("激活方式", "activation"), other, known);
                Activation::None
            }
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
        let Some(file) = self.files.read(&path, self.problems) else {
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
        sign_in.by_email = match map.get("by").map(|node| (node, node.scalar())) {
            None | Some((_, Some("name"))) => false,
            Some((_, Some("email"))) => true,
            Some((node, other)) => {
                self.problems.unknown(
                    "unknown-sign-in",
                    node,
                    ("登录方式", "way of signing in"),
                    other.unwrap_or_default(),
                    ["email", "name"],
                );
                false
            }
        };
        sign_in.captcha = map.bool("captcha", self.problems).unwrap_or(false);
        if let Some(map) = map
            .get("password")
            .and_then(|node| MapReader::new(node, &PASSWORD, self.problems))
        {
            let rule = &mut sign_in.password;
            rule.min_length = map.count("minLength", self.problems).unwrap_or(rule.min_length);
            rule.max_length = map.count("maxLength", self.problems).unwrap_or(rule.max_length);
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
            for (class, node) in map.names("classes", self.problems) {
                match &*class {
                    "upper" | "lower" | "digit" | "symbol" => rule.classes.push(class.to_string()),
                    other => self.problems.unknown(
                        "unknown-class",
                        node,
                        ("字符类", "class of characters"),
                        other,
                        ["upper", "lower", "digit", "symbol"],
                    ),
                }
            }
        }
        sign_in
    }
}
