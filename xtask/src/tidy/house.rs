//! `House`: what the checks look at, which is every text file of the repository and its crates.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::rust_text::RustText;
use crate::stop::Stop;

/// The repository, or a made-up one.
pub(super) struct House {
    /// In the order of their paths.
    pub(super) files: Vec<TextFile>,
    /// The paths of pictures, in their order.
    pub(super) pictures: Vec<String>,
    pub(super) crates: Vec<Crate>,
}

/// A file that is text.
pub(super) struct TextFile {
    /// From the root, with `/` between folders.
    pub(super) path: String,
    pub(super) text: String,
    /// Present when the file is Rust.
    pub(super) rust: Option<RustText>,
}

/// A crate of the workspace.
pub(super) struct Crate {
    pub(super) name: String,
    /// From the root, such as `domain/billing`.
    pub(super) folder: String,
    pub(super) arrows: Vec<Arrow>,
}

/// A dependency on another crate of the workspace.
pub(super) struct Arrow {
    pub(super) to: String,
    pub(super) is_for_tests: bool,
}

/// Folders that hold nothing written by hand.
const NOT_OURS: [&str; 4] = ["target", ".git", "demo-town", "node_modules"];
const BYTES_MAX: u64 = 2_000_000;

impl House {
    /// Reads the repository at `root`; files that are not text, or huge, are left out.
    pub(super) fn read(root: &Path) -> Result<Self, Stop> {
        let (mut files, mut pictures) = (Vec::new(), Vec::new());
        read_folder(root, "", (&mut files, &mut pictures))?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        pictures.sort();
        Ok(Self { files, pictures, crates: read_crates(root)? })
    }

    /// A made-up house without crates.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let (pictures, files): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| is_picture(path));
        let files = files.iter().map(|(path, text)| TextFile::new((*path).to_owned(), (*text).to_owned())).collect();
        Self { files, pictures: pictures.iter().map(|(path, _)| (*path).to_owned()).collect(), crates: Vec::new() }
    }

    /// The file at a path.
    pub(super) fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files, each taken apart.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&TextFile, &RustText)> {
        self.files.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }
}

impl TextFile {
    fn new(path: String, text: String) -> Self {
        let rust = path.ends_with(".rs").then(|| RustText::take_apart(&text));
        Self { path, text, rust }
    }

    /// The number of lines.
    pub(super) fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

fn is_picture(path: &str) -> bool {
    path.ends_with(".png")
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    (files, pictures): (&mut Vec<TextFile>, &mut Vec<String>),
) -> Result<(), Stop> {
    let doing = || format!("reading {}", folder.display());
    for entry in fs::read_dir(folder).map_err(Stop::fault(doing()))? {
        let entry = entry.map_err(Stop::fault(doing()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(Stop::fault(doing()))?;
        if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            read_folder(&entry.path(), &format!("{path}/"), (files, pictures))?;
        } else if is_picture(&name) {
            pictures.push(path);
        } else if kind.is_file() && entry.metadata().is_ok_and(|about| about.len() <= BYTES_MAX) {
            let bytes = fs::read(entry.path()).map_err(Stop::fault(format!("reading {path}")))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(TextFile::new(path, text));
            }
        }
    }
    Ok(())
}

/// The part of `cargo metadata` that tells which crate leans on which.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

fn read_crates(root: &Path) -> Result<Vec<Crate>, Stop> {
    let doing = "cargo metadata";
    let mut command = Command::new("cargo");
    command.args(["metadata", "--no-deps", "--format-version=1"]).current_dir(root);
    let output = command.output().map_err(Stop::fault(doing))?;
    if !output.status.success() {
        return Err(Stop::Fault(format!("{doing}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(Stop::fault(doing))?;
    Ok(metadata.packages.into_iter().map(|package| crate_of(root, package)).collect())
}

fn crate_of(root: &Path, package: Package) -> Crate {
    let folder = Path::new(&package.manifest_path).parent().unwrap_or(root);
    let folder = folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().into_owned();
    let ours = package.dependencies.into_iter().filter(|dependency| dependency.path.is_some());
    let arrows = ours.map(|dependency| {
        let is_for_tests = dependency.kind.as_deref() == Some("dev");
        Arrow { to: dependency.name, is_for_tests }
    });
    Crate { name: package.name, folder, arrows: arrows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_without_what_is_built() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [("src/lib.rs", "//! Ours.\n"), ("target/out.rs", ""), ("docs/a.md", "# A\n")] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(folder.path().join("seal.pdf"), [0xff, 0xfe]).unwrap();
        let (mut files, mut pictures) = (Vec::new(), Vec::new());
        read_folder(folder.path(), "", (&mut files, &mut pictures)).unwrap();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["docs/a.md", "src/lib.rs"]);
    }

    #[test]
    fn the_repository_has_crates_with_arrows() {
        let crates = read_crates(&crate::workspace_root()).unwrap();
        assert!(crates.iter().any(|one| one.name == "xtask" && one.folder == "xtask"));
    }
}
