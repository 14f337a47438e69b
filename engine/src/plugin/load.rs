//! From bytes to a plugin that is known to fit: hash, compilation, imports against the grant, exports
//! type by type, linking.

use std::sync::Arc;

use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use super::call::{Exports, Plugin};
use super::contract::{self, certificate, checker, host_log, host_lookup, types};
use super::engine::Shared;
use super::host::Host;
use super::rest::Rest;
use super::{CONTRACT_VERSION, Function, LoadError, digest};
use crate::definition::Id;
use crate::definition::region::PluginUse;

/// Compiles, checks and links one plugin.
pub(super) fn load(shared: &Arc<Shared>, wanted: &PluginUse) -> Result<Plugin, LoadError> {
    let plugin = &wanted.id;
    let found = digest::sha256(&wanted.bytes);
    if !found.eq_ignore_ascii_case(&wanted.sha256) {
        return Err(LoadError::Hash {
            plugin: plugin.clone(),
            pinned: wanted.sha256.clone(),
            found,
        });
    }
    let component = compile(shared, wanted, &found)?;
    let linker = link(shared, wanted, &imports(shared, wanted, &component)?)?;
    let linked = linker
        .instantiate_pre(&component)
        .map_err(|error| mistyped(plugin, "an import", &error))?;
    Ok(Plugin {
        id: plugin.clone(),
        options: wanted.options.to_string(),
        granted: wanted.lookups.iter().cloned().collect(),
        exports: exports(shared, wanted, linked)?,
        rest: Rest::default(),
        shared: Arc::clone(shared),
    })
}

fn compile(shared: &Shared, wanted: &PluginUse, sha256: &str) -> Result<Component, LoadError> {
    let not = |why: String| LoadError::NotAComponent {
        plugin: wanted.id.clone(),
        why,
    };
    if wanted.bytes.starts_with(b"\0asm\x01\0\0\0") {
        return Err(not(
            "it is a core module; build it with a linker that makes components".into()
        ));
    }
    shared
        .component(sha256, &wanted.bytes)
        .map_err(|error| not(format!("{error:#}")))
}

/// The interfaces it imports, each known to be of the contract and granted.
fn imports(shared: &Shared, wanted: &PluginUse, component: &Component) -> Result<Vec<&'static str>, LoadError> {
    let ty = component.component_type();
    let names: Vec<&str> = ty.imports(&shared.engine).map(|(name, _)| name).collect();
    let known = names
        .into_iter()
        .map(|name| granted(shared, wanted, known_import(&wanted.id, name)?));
    known.collect()
}

fn known_import(plugin: &Id, name: &str) -> Result<&'static str, LoadError> {
    if name.starts_with("wasi:") {
        return Err(LoadError::System {
            plugin: plugin.clone(),
            import: name.into(),
        });
    }
    let unknown = || LoadError::UnknownImport {
        plugin: plugin.clone(),
        import: name.into(),
    };
    let (interface, version) = name
        .strip_prefix(contract::PACKAGE)
        .and_then(|rest| rest.split_once('@'))
        .ok_or_else(unknown)?;
    if version != CONTRACT_VERSION {
        return Err(LoadError::Version {
            plugin: plugin.clone(),
            built_for: name.into(),
        });
    }
    let offered = [contract::TYPES, contract::HOST_LOG, contract::HOST_LOOKUP];
    offered
        .into_iter()
        .find(|offered| *offered == interface)
        .ok_or_else(unknown)
}

fn granted(shared: &Shared, wanted: &PluginUse, import: &'static str) -> Result<&'static str, LoadError> {
    let mend = match import {
        contract::HOST_LOG if !shared.grant.log => "the operator can grant it in the server's settings",
        contract::HOST_LOOKUP if !shared.grant.lookup => "the operator can grant it in the server's settings",
        contract::HOST_LOOKUP if wanted.lookups.is_empty() => {
            "the region can name the lists that the plugin may read under `lookups`"
        }
        _ => return Ok(import),
    };
    Err(LoadError::NotGranted {
        plugin: wanted.id.clone(),
        import,
        mend,
    })
}

/// Only what is imported is there at all.
fn link(shared: &Shared, wanted: &PluginUse, imports: &[&str]) -> Result<Linker<Host>, LoadError> {
    let mut linker = Linker::new(&shared.engine);
    for import in imports {
        match *import {
            contract::HOST_LOG => host_log::add_to_linker::<_, HasSelf<Host>>(&mut linker, |host| host),
            contract::HOST_LOOKUP => host_lookup::add_to_linker::<_, HasSelf<Host>>(&mut linker, |host| host),
            _ => types::add_to_linker::<_, HasSelf<Host>>(&mut linker, |host| host),
        }
        .map_err(|error| mistyped(&wanted.id, import, &error))?;
    }
    Ok(linker)
}

/// What the region wants of it, each known to have the contract's type.
fn exports(shared: &Shared, wanted: &PluginUse, linked: InstancePre<Host>) -> Result<Exports, LoadError> {
    let plugin = &wanted.id;
    let mut exports = Exports {
        check: None,
        layout: None,
    };
    if wanted.on_check {
        type Reply = (Result<Vec<types::Finding>, types::PluginError>,);
        let (ty, function) = exported(shared, plugin, Function::Check, linked.component())?;
        // The generated bindings compare the types only at a call; this is the same comparison now.
        function
            .typecheck::<(&types::Context, &str), Reply>(&ty.instance_type())
            .map_err(|error| mistyped(plugin, "the export check", &error))?;
        let pre = checker::CheckerPre::new(linked.clone());
        exports.check = Some(pre.map_err(|error| mistyped(plugin, "the export check", &error))?);
    }
    if wanted.on_document {
        type Reply = (Result<types::TypstLayout, types::PluginError>,);
        let (ty, function) = exported(shared, plugin, Function::Layout, linked.component())?;
        function
            .typecheck::<(&types::Context, &types::Issue, &str), Reply>(&ty.instance_type())
            .map_err(|error| mistyped(plugin, "the export layout", &error))?;
        let pre = certificate::CertificatePre::new(linked);
        exports.layout = Some(pre.map_err(|error| mistyped(plugin, "the export layout", &error))?);
    }
    Ok(exports)
}

/// The function called `function` in the interface of the same name.
fn exported(
    shared: &Shared,
    plugin: &Id,
    function: Function,
    component: &Component,
) -> Result<(wasmtime::component::types::Component, ComponentFunc), LoadError> {
    let ty = component.component_type();
    let prefix = format!("{}{}@", contract::PACKAGE, function.name());
    let interface = ty.exports(&shared.engine).find(|(name, _)| name.starts_with(&prefix));
    let Some((name, item)) = interface else {
        let exports: Vec<_> = ty.exports(&shared.engine).map(|(name, _)| name).collect();
        let exports = if exports.is_empty() {
            "nothing".into()
        } else {
            exports.join(", ")
        };
        return Err(LoadError::MissingExport {
            plugin: plugin.clone(),
            function,
            exports,
        });
    };
    if name[prefix.len()..] != *CONTRACT_VERSION {
        return Err(LoadError::Version {
            plugin: plugin.clone(),
            built_for: name.into(),
        });
    }
    let found = match item.ty {
        ComponentItem::ComponentInstance(instance) => instance
            .get_export(&shared.engine, function.name())
            .map(|export| export.ty),
        _ => None,
    };
    match found {
        Some(ComponentItem::ComponentFunc(found)) => Ok((ty.clone(), found)),
        _ => Err(LoadError::Type {
            plugin: plugin.clone(),
            what: name.into(),
            why: "it has no such function".into(),
        }),
    }
}

fn mistyped(plugin: &Id, what: &str, error: &wasmtime::Error) -> LoadError {
    LoadError::Type {
        plugin: plugin.clone(),
        what: what.into(),
        why: format!("{error:#}"),
    }
}
