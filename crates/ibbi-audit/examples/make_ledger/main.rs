//! Writes a ledger of simulated cases, for measuring:
//! `cargo run --release -p ibbi-audit --example make_ledger -- PATH CASES [TOGETHER]`.
//!
//! So many cases (1 if not said) are under way at the same time; each batch of them follows the one before.

mod write;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give the ledger's path")?;
    let cases: u64 = arguments.next().ok_or("give the number of cases")?.parse()?;
    let together: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let (lines, bytes) = write::write(path.as_ref(), cases, together)?;
    println!("{lines} lines, {bytes} bytes, {cases} cases");
    Ok(())
}
