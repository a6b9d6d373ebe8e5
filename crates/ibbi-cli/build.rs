//! Links the program of a debug build at a fixed address.
//!
//! A debug build has 90,000 addresses that are otherwise computed whenever it starts. The tests start it thousands of
//! times, and starting takes half as long without them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "debug") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
