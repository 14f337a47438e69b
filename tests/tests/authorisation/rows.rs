//! The rows of the matrix: every declared route with real names in its braces, and what is posted to it.

use axum::body::Body;
use axum::http::Request;
use dengji::definition::{Field, FieldType, Id, Page};
use dengji::http::Declared;
use dengji::store::{Account, Application};
use dengji_tests::{page_pairs, with};
use serde_json::json;

use super::world::{Me, TOKENS, World};

/// One thing to ask for.
pub(crate) struct Row {
    pub(crate) declared: Declared,
    /// What it is asked of.
    pub(crate) target: String,
    pub(crate) address: String,
    pub(crate) object: Object,
    /// Whether it lists what several people have.
    pub(crate) is_list: bool,
}

/// What a route is asked of.
#[derive(Clone)]
pub(crate) enum Object {
    /// The whole region, or nothing at all.
    Nothing,
    Application(Box<Application>),
    Action(Box<Application>, String),
    Account(Box<Account>),
    Unit(String),
    /// A way in, or somebody who came by it.
    Way(String),
}

/// Every row of a route. One whose names are not known here fails: say what stands for them.
pub(crate) fn rows(world: &World, declared: &Declared) -> Vec<Row> {
    let path = declared.path.replace("{region}", world.region);
    let row = |target: String, address: String, object: Object| Row {
        declared: *declared,
        target,
        address,
        object,
        is_list: LISTS.contains(&declared.path),
    };
    if path.contains("/applications/{id}") {
        return of_applications(world, &path)
            .into_iter()
            .map(|(target, address, object)| row(target, address, object))
            .collect();
    }
    let office = world.app.office(world.region);
    let region = office.region();
    let ways = region.ways_in.values();
    let one = |name: &str, value: &str| vec![row(String::new(), path.replace(name, value), Object::Nothing)];
    let names = declared.path.replace("/{region}", "");
    match &*names {
        names if !names.contains('{') => one("{}", ""),
        "/static/{hash}/{file}" => vec![row(String::new(), world.file.clone(), Object::Nothing)],
        "/language/{tag}" => one("{tag}", "en"),
        "/text-size/{size}" => one("{size}", "large"),
        "/verify/{token}" => {
            let address = format!("/verify/{}/{}", world.region, world.certificate);
            vec![row(String::new(), address, Object::Nothing)]
        }
        "/preview/files/{*path}" => one("{*path}", &format!("{}/region.yaml", world.region)),
        "/preview/{form}" => one("{form}", region.forms.keys().next().unwrap()),
        "/captcha/{picture}" => {
            let challenge = world.app.registry.challenge(world.region).unwrap().unwrap();
            one("{picture}", &format!("{}.png", challenge.id))
        }
        "/demo/outbox/{message}" => one("{message}", "none"),
        "/texts/{text}" => one("{text}", region.texts.keys().next().unwrap()),
        "/applications/new/{form}" => one("{form}", region.forms.keys().next().unwrap()),
        "/applications/new/{form}/suggest" => {
            let mut forms = region.forms.values();
            let first = forms.next().unwrap();
            let asks = |form: &&std::sync::Arc<dengji::definition::Form>| form.create.contains(&"recommender".into());
            let form = std::iter::once(first).chain(forms).find(asks).unwrap_or(first);
            let address = path.replace("{form}", &form.id);
            vec![row(
                String::new(),
                format!("{address}?field=recommender"),
                Object::Nothing,
            )]
        }
        "/profile/suggest" => vec![row(String::new(), format!("{path}?field=education"), Object::Nothing)],
        names if names.starts_with("/registers/") || names.starts_with("/documents/") => {
            let path = path.replace("{register}", "batches").replace("{document}", "summary");
            vec![row(String::new(), path.replace("{entry}", "b1"), Object::Nothing)]
        }
        "/people/new/{way}" => ways
            .filter(|way| way.invited_by.is_some())
            .map(|way| {
                row(
                    way.id.to_string(),
                    path.replace("{way}", &way.id),
                    Object::Way(way.id.to_string()),
                )
            })
            .collect(),
        "/sign-up/{way}/suggest" => {
            let field = |way: &dengji::definition::region::WayIn| {
                let form = region.account_forms.get(way.form.as_deref()?)?;
                let searched = form
                    .fields()
                    .find(|(_, field)| matches!(field.kind, FieldType::Tree(_) | FieldType::Lookup(_)));
                Some((Id::clone(&way.id), Id::clone(&searched?.1.id)))
            };
            let open = ways.into_iter().filter(|way| way.invited_by.is_none());
            let (way, field) = open.into_iter().find_map(field).unwrap();
            let address = path.replace("{way}", &way);
            vec![row(String::new(), format!("{address}?field={field}"), Object::Nothing)]
        }
        names if names.starts_with("/sign-up/{way}") => {
            let open = ways.into_iter().find(|way| way.invited_by.is_none()).unwrap();
            one("{outcome}", "ready")
                .into_iter()
                .map(|it| row(String::new(), it.address.replace("{way}", &open.id), Object::Nothing))
                .collect()
        }
        names if names.contains("/{token}") => {
            let (_, token) = TOKENS.iter().find(|(kind, _)| names.contains(kind)).unwrap();
            one("{token}", token)
        }
        "/people/{account}" => ["own unit", "another unit"]
            .iter()
            .zip(&world.accounts)
            .map(|(target, account)| {
                let address = path.replace("{account}", &account.id);
                row((*target).into(), address, Object::Account(Box::new(account.clone())))
            })
            .collect(),
        "/units/{unit}" => ["own unit", "another unit"]
            .iter()
            .zip(&world.units)
            .map(|(target, unit)| {
                row(
                    (*target).into(),
                    path.replace("{unit}", unit),
                    Object::Unit(unit.clone()),
                )
            })
            .collect(),
        "/approvals/{id}" => world
            .candidates
            .iter()
            .map(|(way, id)| row(way.clone(), path.replace("{id}", id), Object::Way(way.clone())))
            .collect(),
        _ => panic!("{}: say in the matrix what stands for its names", declared.path),
    }
}

const LISTS: [&str; 7] = [
    "/{region}/",
    "/{region}/queue",
    "/{region}/certificates",
    "/{region}/applications",
    "/{region}/people",
    "/{region}/units",
    "/{region}/approvals",
];

fn of_applications(world: &World, path: &str) -> Vec<(String, String, Object)> {
    let office = world.app.office(world.region);
    let region = office.region();
    let mut found = Vec::new();
    for it in &world.applications {
        let form = world.app.form(world.region, &it.form);
        let page = form.pages.values().find(|page| match path.contains("/uploads") {
            true => file_field(page).is_some(),
            false => !page.fields.is_empty(),
        });
        let page = page.unwrap();
        // One that everybody who may change the application may change: a returned one, the marked alone.
        let marks = it
            .returned
            .as_ref()
            .map(|returned| &returned.marks)
            .filter(|marks| !marks.is_empty());
        let searched = |path: &str| {
            let fields = form
                .fields()
                .filter(|(_, field)| matches!(field.kind, FieldType::Tree(_) | FieldType::Lookup(_)));
            let open =
                fields.filter(|(_, field)| marks.is_none_or(|marks| marks.iter().any(|mark| *mark == *field.id)));
            let (page, field) = open.into_iter().next()?;
            Some(format!("{}?field={}", path.replace("{page}", &page.id), field.id))
        };
        let path = match path.ends_with("/pick") || path.ends_with("/suggest") {
            true => match searched(path) {
                Some(path) => path,
                None => continue,
            },
            false => path.to_owned(),
        };
        let documents = region.documents.values();
        let document = documents.into_iter().find(|document| document.issued).unwrap();
        let address = path
            .replace("{id}", &it.id)
            .replace("{page}", &page.id)
            .replace("{upload}", &upload_of(it))
            .replace("{document}", &document.id);
        if path.contains("{document}") && it.certificate.is_none() {
            continue;
        }
        if path.contains("{table}") {
            let fields = form.fields().map(|(_, field)| field);
            let mut tables = fields.filter(|field| matches!(field.kind, FieldType::Table(_)));
            let Some(table) = tables.next() else { continue };
            found.push((
                it.state.clone(),
                address.replace("{table}", &table.id),
                Object::Application(Box::new(it.clone())),
            ));
            continue;
        }
        if path.contains("{file}") {
            let Some(file) = world.files.get(&it.id) else { continue };
            found.push((
                it.state.clone(),
                address.replace("{file}", file),
                Object::Application(it.clone().into()),
            ));
        } else if path.contains("{action}") {
            found.extend(region.workflow.actions.keys().map(|action| {
                let object = Object::Action(it.clone().into(), action.to_string());
                (
                    format!("{action} of {}", it.state),
                    address.replace("{action}", action),
                    object,
                )
            }));
        } else {
            found.push((it.state.clone(), address, Object::Application(it.clone().into())));
        }
    }
    found
}

/// The first field of a page that takes files.
pub(crate) fn file_field(page: &Page) -> Option<&Field> {
    let mut fields = page.fields.values();
    fields.find(|field| matches!(field.kind, FieldType::File(_)))
}

/// The id of the file that the applicant of an application is sending.
pub(crate) fn upload_of(it: &Application) -> String {
    format!("sending-{}", it.id)
}

/// What is asked of a file that is being sent: whoever may not asks for what would be done; whoever may, for
/// something that stops short of it, and gives it up at last.
pub(crate) fn sent(world: &World, row: &Row, may: bool) -> Request<Body> {
    let Object::Application(it) = &row.object else {
        panic!("{}: of an application", row.address);
    };
    let form = world.app.form(world.region, &it.form);
    let field = form.pages.values().find_map(file_field).unwrap();
    let request = Request::builder()
        .method(row.declared.method)
        .uri(&row.address)
        .header("sec-fetch-site", "same-origin")
        .header("tus-resumable", "1.0.0");
    let (request, body) = match (row.declared.method, row.address.ends_with("/uploads")) {
        ("POST", true) => {
            let length = if may { usize::MAX } else { UPLOAD.len() };
            let metadata = dengji_tests::upload_metadata(&field.id, "a.pdf");
            let request = request.header("upload-length", length);
            (request.header("upload-metadata", metadata), Body::empty())
        }
        ("PATCH", _) => {
            let offset = if may { "7" } else { "0" };
            let request = request.header("content-type", "application/offset+octet-stream");
            (request.header("upload-offset", offset), Body::from(UPLOAD))
        }
        ("POST", false) => {
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            (request, Body::from("~digest=none"))
        }
        _ => (request, Body::empty()),
    };
    request.body(body).unwrap()
}

/// What is sent.
pub(crate) const UPLOAD: &str = "%PDF-1.7 of whoever fills in";

/// What is posted: whoever may not posts what would do it; whoever may, something that stops short of it.
pub(crate) fn posted(world: &World, row: &Row, me: Option<&Me>, may: bool) -> Vec<(String, String)> {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let path = row.declared.path.strip_prefix("/{region}").unwrap_or(row.declared.path);
    match (path, may) {
        ("/sign-in", _) => pairs(&[("name", "nobody-at-all"), ("password", "wrong")]),
        ("/account", _) => pairs(&[("do", "phone-code"), ("code", "000000")]),
        ("/role", _) => pairs(&[("role", me.map_or("office", |me| &me.role))]),
        ("/sign-in/code" | "/account/second-factor", _) => pairs(&[("code", "000000"), ("step", "none")]),
        (path, _) if path.ends_with("/suggest") => Vec::new(),
        ("/sign-out" | "/sign-up/{way}" | "/sign-up/{way}/check" | "/reset" | "/profile", _) => Vec::new(),
        ("/preview/{region}/{form}", _) => Vec::new(),
        ("/activation/{token}" | "/reset/{token}" | "/verify-email/{token}", _) => Vec::new(),
        ("/people/new/{way}", true) => Vec::new(),
        ("/people/new/{way}", false) => pairs(&[("name", "新人"), ("email", "new@demo.example")]),
        ("/people/{account}", true) => pairs(&[("do", "again")]),
        ("/people/{account}", false) => pairs(&[("do", "disable")]),
        ("/units/{unit}", true) => pairs(&[("do", "rename"), ("name", "")]),
        ("/units/{unit}", false) => pairs(&[("do", "rename"), ("name", "改了名的单位")]),
        ("/registers/{register}/new", true) => Vec::new(),
        ("/registers/{register}/new", false) => pairs(&[("~", "name"), ("name", "第二批")]),
        ("/registers/{register}/entries/{entry}", true) => pairs(&[("~revision", "999999"), ("~do", "disable")]),
        ("/registers/{register}/entries/{entry}", false) => pairs(&[("~revision", "1"), ("~do", "disable")]),
        ("/approvals/{id}", true) => pairs(&[("do", "refuse"), ("reason", "")]),
        ("/approvals/{id}", false) => pairs(&[("do", "approve")]),
        ("/applications/new/{form}", true) => Vec::new(),
        ("/applications/new/{form}", false) => first_answers(world, row),
        ("/applications/{id}/pages/{page}", _) => page(world, row, may),
        ("/applications/{id}/pages/{page}/pick", _) => {
            let field = row.address.rsplit('=').next().unwrap_or_default();
            pairs(&[("~revision", "999999"), ("field", field), ("value", "none")])
        }
        ("/applications/{id}/pages/{page}/live", _) => pairs(&[("~", "name"), ("name", "被改过的名称")]),
        ("/applications/{id}/unmask", true) => Vec::new(),
        ("/applications/{id}/copy", _) => Vec::new(),
        ("/applications/{id}/unmask", false) => pairs(&[("reason", "核对身份证号")]),
        ("/applications/{id}/actions/{action}", true) => pairs(&[("~revision", "999999")]),
        ("/applications/{id}/actions/{action}", false) => match &row.object {
            Object::Action(it, _) => pairs(&[("~revision", &it.revision.to_string()), ("opinion", "同意")]),
            _ => Vec::new(),
        },
        _ => panic!("{}: say in the matrix what is posted to it", row.declared.path),
    }
}

fn first_answers(world: &World, row: &Row) -> Vec<(String, String)> {
    let form = row.address.rsplit('/').next().unwrap_or_default();
    let form = world.app.form(world.region, form);
    dengji_tests::first_pairs(&form, &world.app.answers(world.region, "complete"))
}

/// The first page with another name in it; whoever may save posts it as of a revision that is not the page's.
fn page(world: &World, row: &Row, may: bool) -> Vec<(String, String)> {
    let Object::Application(it) = &row.object else {
        return Vec::new();
    };
    let form = world.app.form(world.region, &it.form);
    let page = row.address.rsplit('/').next().unwrap_or_default();
    let answers = with(
        &world.app.answers(world.region, "complete"),
        &[("name", json!("被改过的名称"))],
    );
    let known = world.saved.get(&(it.id.clone(), page.to_owned()));
    let revision = if may { 999_999 } else { known.copied().unwrap_or(0) };
    page_pairs(&form.pages[page].fields, &answers, revision).0
}
