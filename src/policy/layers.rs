//! Finds the layers below a policy file, lays them over one another, and keeps their locks.

use std::sync::Arc;

use super::Action;
use super::fault::{Fault, Origin, Source};
use super::tree::{self, Node, Table, Value};

/// Finds the layer that `extends` names: a built-in profile, or a file beside `from`.
pub type FindLayer<'a> = dyn FnMut(&str, &Source) -> Result<Source, Fault> + 'a;

/// Layers may extend layers this deep.
const DEEPEST: usize = 8;

/// What a layer demands of those above it.
#[derive(Debug)]
struct Demand {
    path: String,
    /// `None` for a lock; the bound for `at-least`.
    at_least: Option<Node>,
    origin: Origin,
}

/// The layers of a policy, merged.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    pub table: Table,
    demands: Vec<Demand>,
}

impl Layers {
    /// Reads `source` and everything it extends, lowest layer first.
    ///
    /// # Errors
    /// The first fault: a layer that is not TOML or not found, a circle of layers, or a value
    /// that crosses a lock of a lower layer.
    pub fn gather(source: Source, find: &mut FindLayer<'_>) -> Result<Self, Fault> {
        let mut layers = Self::default();
        layers.add(&Arc::new(source), find, &mut Vec::new())?;
        Ok(layers)
    }

    fn add(
        &mut self,
        source: &Arc<Source>,
        find: &mut FindLayer<'_>,
        trail: &mut Vec<String>,
    ) -> Result<(), Fault> {
        let mut table = tree::read(source)?;
        trail.push(source.name.clone());
        if let Some(extends) = table.take("extends") {
            for (name, origin) in names(&extends.node)? {
                let below = find(&name, source).map_err(|fault| fault.at(&origin))?;
                if trail.contains(&below.name) {
                    return Err(Fault::new(format!("`{name}` extends itself")).at(&origin));
                }
                if trail.len() >= DEEPEST {
                    return Err(Fault::new(format!("layers are more than {DEEPEST} deep")).at(&origin));
                }
                self.add(&Arc::new(below), find, trail)?;
            }
        }
        trail.pop();
        let demands = demands(&mut table)?;
        for demand in &self.demands {
            demand.check(&self.table, &table)?;
        }
        self.table.lay_over(table);
        self.demands.extend(demands);
        Ok(())
    }
}

/// The names in a list of texts; a single text counts as a list of one.
fn names(node: &Node) -> Result<Vec<(String, Origin)>, Fault> {
    let wrong = |it: &Node| {
        Fault::new(format!("found {}, must be a list of names in quotes", it.value.kind())).at(&it.origin)
    };
    match &node.value {
        Value::String(name) => Ok(vec![(name.clone(), node.origin.clone())]),
        Value::Array(items) => items
            .iter()
            .map(|it| match &it.value {
                Value::String(name) => Ok((name.clone(), it.origin.clone())),
                _ => Err(wrong(it)),
            })
            .collect(),
        _ => Err(wrong(node)),
    }
}

fn demands(table: &mut Table) -> Result<Vec<Demand>, Fault> {
    let mut demands = Vec::new();
    if let Some(locked) = table.take("locked") {
        for (path, origin) in names(&locked.node)? {
            demands.push(Demand { path, at_least: None, origin });
        }
    }
    if let Some(entry) = table.take("at-least") {
        let Value::Table(bounds) = entry.node.value else {
            return Err(Fault::new("`at-least` must be a table of paths and bounds").at(&entry.node.origin));
        };
        for bound in bounds.entries {
            demands.push(Demand { path: bound.key, at_least: Some(bound.node), origin: bound.key_origin });
        }
    }
    Ok(demands)
}

impl Demand {
    /// Refuses a layer `above` that crosses this demand, set by the layers `below`.
    fn check(&self, below: &Table, above: &Table) -> Result<(), Fault> {
        let by = &self.origin.source.name;
        let path = &self.path;
        if let Some(node) = above.at(path) {
            match &self.at_least {
                None if !below.at(path).is_some_and(|it| same(&it.value, &node.value)) => {
                    return Err(Fault::new(format!("`{path}` is locked by {by}")).at(&node.origin));
                }
                Some(bound) if !reaches(&node.value, &bound.value) => {
                    let fault = Fault::new(format!("`{path}` is below the bound set by {by}"));
                    let help = format!("use {} or more", text(&bound.value));
                    return Err(fault.help(help).at(&node.origin));
                }
                _ => {}
            }
        }
        // Observing a rule whose action is locked or bounded would cross the demand unseen.
        let mode = path.strip_suffix(".action").map(|rule| format!("{rule}.mode"));
        match mode.and_then(|it| above.at(&it)) {
            Some(Node { value: Value::String(mode), origin }) if mode == "observe" => {
                let fault =
                    Fault::new(format!("`{path}` is bounded by {by}, so its rule may not only observe"));
                Err(fault.at(origin))
            }
            _ => Ok(()),
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    text(one) == text(other)
}

/// Tells whether `value` is at least `bound`: actions by strictness, numbers by size.
fn reaches(value: &Value, bound: &Value) -> bool {
    match (value, bound) {
        (Value::String(value), Value::String(bound)) => {
            match (value.parse::<Action>(), bound.parse::<Action>()) {
                (Ok(value), Ok(bound)) => value >= bound,
                _ => value == bound,
            }
        }
        (Value::Integer(value), Value::Integer(bound)) => value >= bound,
        (Value::Float(value), Value::Float(bound)) => value >= bound,
        (Value::Boolean(value), Value::Boolean(bound)) => value >= bound,
        _ => false,
    }
}

/// A value as a policy file writes it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Time(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(text_of).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => {
            let entries: Vec<_> =
                table.entries.iter().map(|it| format!("{} = {}", key(&it.key), text_of(&it.node))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn text_of(node: &Node) -> String {
    text(&node.value)
}

/// A key as a policy file writes it: bare where TOML allows it, else quoted.
pub(crate) fn key(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it));
    if bare { key.to_owned() } else { toml::Value::String(key.to_owned()).to_string() }
}
