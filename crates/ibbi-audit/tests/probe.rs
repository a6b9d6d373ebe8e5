mod support;
use support::*;
#[test]
fn probe() {
    for name in GOLDEN {
        println!("== {name}\n{}", audit(&golden(name)).shown());
    }
    let a = audit(&Lines::golden("completed-full-day").remove(5).bytes());
    println!("{}", a.shown());
    let a = audit(&Lines::golden("completed-full-day").remove(5).chained().bytes());
    println!("{}", a.shown());
    let a = audit(&Lines::golden("completed-full-day").remove(5).numbered().bytes());
    println!("{}", a.shown());
    println!("{}", serde_json::to_string_pretty(&a.report).unwrap());
}
