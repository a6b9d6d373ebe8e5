//! The modules of a crate and the dependencies between them, read from its source.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The path of a module in its crate. The crate root is empty.
type Module = Vec<String>;

/// The modules of a crate. Code that is compiled only for tests is left out.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// The paths in each module that begin with `crate`, `self`, `super`, or the name of a child.
    paths: BTreeMap<Module, Vec<Vec<String>>>,
    /// The names that each module imports, with their paths. A glob import has the name `*`.
    imports: BTreeMap<Module, Vec<(String, Vec<String>)>>,
    /// Whether code outside tests names the standard library.
    pub(super) names_std: bool,
}

impl Modules {
    /// Reads a crate from the file of its root.
    pub(super) fn of_crate(root: &Path) -> Self {
        let folder = root.parent().expect("a root file is in a folder");
        let mut modules = Self::default();
        modules.add(Vec::new(), tokens(root), &|module| {
            let path = module.iter().fold(folder.to_owned(), |path, name| path.join(name));
            let file: PathBuf = path.with_extension("rs");
            tokens(&if file.exists() { file } else { path.join("mod.rs") })
        });
        modules
    }

    fn add(&mut self, module: Module, stream: TokenStream, read: &dyn Fn(&[String]) -> TokenStream) {
        self.paths.entry(module.clone()).or_default();
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let Some(after) = skip_test_item(&tokens, at) {
                at = after;
                continue;
            }
            match (&tokens[at], tokens.get(at + 1), tokens.get(at + 2)) {
                (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(end)) if word == "mod" => {
                    let child: Module = module.iter().cloned().chain([name.to_string()]).collect();
                    match end {
                        TokenTree::Group(body) => self.add(child, body.stream(), read),
                        _ => self.add(child.clone(), read(&child), read),
                    }
                    at += 3;
                }
                (TokenTree::Ident(word), ..) if word == "use" => {
                    let end = (at..tokens.len()).find(|end| is_punct(&tokens[*end], ';')).unwrap_or(tokens.len());
                    self.import(&module, &[], &tokens[at + 1..end]);
                    at = end;
                }
                (TokenTree::Group(group), ..) => {
                    self.add(module.clone(), group.stream(), read);
                    at += 1;
                }
                (TokenTree::Ident(_), ..) => {
                    let (path, after) = path_at(&tokens, at);
                    self.names_std |= path.len() > 1 && path[0] == "std";
                    if path.len() > 1 {
                        self.paths.entry(module.clone()).or_default().push(path);
                    }
                    at = after;
                }
                _ => at += 1,
            }
        }
    }

    /// Adds the imports of a use tree after a prefix.
    fn import(&mut self, module: &Module, prefix: &[String], tree: &[TokenTree]) {
        for branch in tree.split(|token| is_punct(token, ',')).filter(|branch| !branch.is_empty()) {
            let mut path = prefix.to_vec();
            let mut name = None;
            let mut at = 0;
            while at < branch.len() {
                match &branch[at] {
                    TokenTree::Ident(word) if word == "as" => {
                        name = branch.get(at + 1).map(ToString::to_string);
                        break;
                    }
                    TokenTree::Ident(word) => path.push(word.to_string()),
                    TokenTree::Punct(star) if star.as_char() == '*' => name = Some("*".to_owned()),
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.import(module, &path, &inner);
                        path.clear();
                    }
                    _ => {}
                }
                at += 1;
            }
            self.names_std |= path.first().is_some_and(|first| first == "std");
            if let Some(last) = path.last().cloned() {
                if last == "self" && path.len() > 1 {
                    path.pop();
                }
                let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
                self.imports.entry(module.clone()).or_default().push((name, path.clone()));
                self.paths.entry(module.clone()).or_default().push(path);
            }
        }
    }

    /// Returns the module that defines what a path names, or `None` if the path leaves the crate.
    fn defining(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (mut module, mut rest) = match path.first()?.as_str() {
            "crate" => (Module::new(), &path[1..]),
            "self" => (from.clone(), &path[1..]),
            "super" => (from.clone(), path),
            first => {
                let child: Module = from.iter().cloned().chain([first.to_owned()]).collect();
                if !self.paths.contains_key(&child) {
                    return None;
                }
                (from.clone(), path)
            }
        };
        while rest.first().is_some_and(|first| first == "super") {
            module.pop();
            rest = &rest[1..];
        }
        while let Some(next) = rest.first() {
            module.push(next.clone());
            if !self.paths.contains_key(&module) {
                module.pop();
                break;
            }
            rest = &rest[1..];
        }
        let Some(item) = rest.first() else { return Some(module) };
        let imports = self.imports.get(&module).map(Vec::as_slice).unwrap_or_default();
        let named = imports.iter().find(|(name, _)| name == item);
        if depth == 0 {
            return Some(module);
        }
        match named {
            Some((_, target)) => self.defining(&module, target, depth - 1).or(Some(module)),
            None => Some(module),
        }
    }

    /// Returns the cycles: for each, the module that contains it and the children that depend on each other.
    pub(super) fn cycles(&self) -> Vec<(String, Vec<String>)> {
        let mut edges: BTreeSet<(Module, Module)> = BTreeSet::new();
        for (module, paths) in &self.paths {
            let targets = paths.iter().filter_map(|path| self.defining(module, path, 4));
            edges.extend(targets.filter(|target| target != module).map(|target| (module.clone(), target)));
        }
        let parents: BTreeSet<&[String]> =
            self.paths.keys().filter_map(|module| module.split_last()).map(|(_, parent)| parent).collect();
        let mut cycles = Vec::new();
        for parent in parents {
            let child = |module: &Module| module.strip_prefix(parent).and_then(|rest| rest.first().cloned());
            let siblings = edges.iter().filter_map(|(from, to)| Some((child(from)?, child(to)?)));
            let siblings: BTreeSet<(String, String)> = siblings.filter(|(from, to)| from != to).collect();
            cycles.extend(components(&siblings).into_iter().map(|cycle| (parent.join("::"), cycle)));
        }
        cycles
    }
}

/// Returns the strongly connected components that have more than one node.
fn components(edges: &BTreeSet<(String, String)>) -> BTreeSet<Vec<String>> {
    let mut reach = edges.clone();
    loop {
        let next = reach.iter().flat_map(|(a, b)| {
            edges.iter().filter(move |(from, _)| from == b).map(move |(_, to)| (a.clone(), to.clone()))
        });
        let more: Vec<_> = next.filter(|pair| !reach.contains(pair)).collect();
        if more.is_empty() {
            break;
        }
        reach.extend(more);
    }
    let both =
        |a: &String, b: &String| reach.contains(&(a.clone(), b.clone())) && reach.contains(&(b.clone(), a.clone()));
    let nodes: BTreeSet<&String> = edges.iter().map(|(from, _)| from).collect();
    let component =
        |node: &String| nodes.iter().filter(|other| both(node, other)).map(|other| (*other).clone()).collect();
    nodes.iter().map(|node| component(node)).filter(|found: &Vec<String>| found.len() > 1).collect()
}

fn tokens(file: &Path) -> TokenStream {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == punct)
}

/// Reads a path such as `crate::event::Event` and returns it with the place after it.
fn path_at(tokens: &[TokenTree], start: usize) -> (Vec<String>, usize) {
    let mut path = vec![tokens[start].to_string()];
    let mut at = start + 1;
    while let [first, second, TokenTree::Ident(name), ..] = &tokens[at.min(tokens.len())..]
        && is_punct(first, ':')
        && is_punct(second, ':')
    {
        path.push(name.to_string());
        at += 3;
    }
    (path, at)
}

/// Returns the place after an item with `#[cfg(test)]` or `#[cfg(doctest)]`, if one begins here.
fn skip_test_item(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let is_attribute = |at: usize| match tokens.get(at..at + 2) {
        Some([hash, TokenTree::Group(group)]) if is_punct(hash, '#') => Some(group.to_string().replace(' ', "")),
        _ => None,
    };
    if !matches!(is_attribute(at)?.as_str(), "[cfg(test)]" | "[cfg(doctest)]") {
        return None;
    }
    let mut end = at;
    while is_attribute(end).is_some() {
        end += 2;
    }
    // The item ends with its body or with a semicolon.
    while let Some(token) = tokens.get(end) {
        end += 1;
        let is_body = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if is_body || is_punct(token, ';') {
            break;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(files: &'static [(&'static str, &'static str)]) -> Modules {
        let read = |module: &[String]| {
            let name = module.join("::");
            let (_, text) = files.iter().find(|(file, _)| *file == name).expect("the sample has this module");
            text.parse().expect("the sample is Rust")
        };
        let mut modules = Modules::default();
        modules.add(Vec::new(), read(&[]), &read);
        modules
    }

    #[test]
    fn cycles_are_found_through_uses_paths_and_reexports() {
        let cycle = |parent: &str, names: [&str; 2]| (parent.to_owned(), names.map(str::to_owned).to_vec());
        for (files, expected) in [
            (&[("", "mod a; mod b;"), ("a", "use crate::b::B;"), ("b", "fn f() { super::a::g() }")][..], Some("")),
            (
                &[("", "mod a; mod b; pub use b::B;"), ("a", "fn f(b: crate::B) {}"), ("b", "use crate::{a::A, x};")],
                Some(""),
            ),
            (
                &[
                    ("", "mod a; mod b;"),
                    ("a", "use crate::b::B;"),
                    ("b", "#[cfg(test)] mod tests { use crate::a::A; }"),
                ],
                None,
            ),
            (&[("", "mod a; #[cfg(test)] mod b;"), ("a", "use crate::b::B;")], None),
            (
                &[
                    ("", "mod a; mod b;"),
                    ("a", "use std::fmt; const A: &str = \"crate::b\";"),
                    ("b", "use crate::a::A;"),
                ],
                None,
            ),
            (
                &[("", "mod c { mod a; mod b; }"), ("c::a", "use super::b::B;"), ("c::b", "use crate::c::a::A;")],
                Some("c"),
            ),
        ] {
            let expected: Vec<_> = expected.map(|parent| cycle(parent, ["a", "b"])).into_iter().collect();
            assert_eq!(modules(files).cycles(), expected, "{files:?}");
        }
    }

    #[test]
    fn standard_library_counts_outside_tests_only() {
        assert!(modules(&[("", "fn f() { std::fs::read(\"\"); }")]).names_std);
        assert!(modules(&[("", "use std::{fs, io};")]).names_std);
        assert!(!modules(&[("", "use core::fmt; #[cfg(test)] use std::fs;")]).names_std);
    }
}
