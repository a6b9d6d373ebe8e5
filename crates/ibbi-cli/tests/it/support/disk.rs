//! Small file systems, which tests can fill.

use super::Place;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small file system. It is gone with this value, and so is every file of it that is mounted elsewhere.
pub(crate) struct SmallDisk {
    folder: PathBuf,
    /// The files that are mounted in other places.
    bound: Vec<PathBuf>,
}

impl SmallDisk {
    /// Mounts a file system in memory at a folder of the place. Returns nothing, and says so, where that isn't possible.
    pub(crate) fn in_memory(place: &Place, folder: &str, size: &str) -> Option<Self> {
        Self::mount(place, folder, &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
    }

    /// Makes an ext4 file system of 4 MiB in a file, and mounts it. Returns nothing, and says so, where that isn't possible.
    pub(crate) fn ext4(place: &Place, folder: &str) -> Option<Self> {
        let image = place.path("ext4.image");
        File::create(&image).and_then(|file| file.set_len(4 << 20)).expect("an image");
        let image = image.to_str().expect("UTF-8");
        let made = Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0", image]).output();
        if !made.is_ok_and(|made| made.status.success()) {
            println!("skipped: no ext4 file system can be made here");
            return None;
        }
        Self::mount(place, folder, &["-o", "loop", image])
    }

    fn mount(place: &Place, folder: &str, args: &[&str]) -> Option<Self> {
        let folder = place.path(folder);
        fs::create_dir(&folder).expect("a directory");
        let mounted = Command::new("mount").args(args).arg(&folder).output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            println!("skipped: no small file system can be mounted here");
            return None;
        }
        Some(Self { folder, bound: Vec::new() })
    }

    /// Puts a file of this file system in the place of another file, as if only that file's disk were small.
    pub(crate) fn bind(&mut self, file: &Path) {
        let own = self.folder.join(file.file_name().expect("a name"));
        // What is there already is on the small file system too.
        fs::write(&own, fs::read(file).unwrap_or_default()).expect("room for it");
        File::options().append(true).create(true).open(file).expect("a file to mount over");
        let mounted = Command::new("mount").arg("--bind").args([&own, file]).status();
        assert!(mounted.is_ok_and(|status| status.success()), "what can mount a disk can mount a file");
        self.bound.push(file.to_owned());
    }

    /// Fills the file system to its last byte.
    pub(crate) fn fill(&self) {
        let mut ballast = File::create(self.folder.join("ballast")).expect("a file");
        for size in [4096, 64, 1] {
            while ballast.write_all(&vec![b'x'; size]).and_then(|()| ballast.sync_data()).is_ok() {}
        }
    }

    /// Makes room again.
    pub(crate) fn free(&self) {
        fs::remove_file(self.folder.join("ballast")).expect("the ballast");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        for mounted in self.bound.iter().chain([&self.folder]) {
            let _ = Command::new("umount").arg(mounted).status();
        }
    }
}
