mod support;
use support::*;
#[test]
fn probe() {
    let mut n = 0;
    let mut bad = std::collections::BTreeMap::new();
    let mut shown = 0;
    for seed in 1000..1250 {
        let said = walk::walk(seed, 1, 150);
        let lines = walk::ledger(&said);
        for line in 3..=lines.0.len() {
            let kind = lines.json(line)["type"].as_str().unwrap().to_owned();
            let a = audit(&lines.clone().set(line, "at", "2000-01-01T00:00:00.000Z").chained().bytes());
            n += 1;
            if a.count("event.illegal") != 1 || a.count("event.stage-differs") != 0 {
                for f in a.findings.iter().filter(|f| {
                    ["event.illegal", "event.stage-differs"].contains(&f.kind.code()) && f.line as usize != line
                }) {
                    let key =
                        (kind.clone(), f.event.unwrap(), f.unmet().iter().map(|u| u.rule.id()).collect::<Vec<_>>());
                    let c = bad.entry(key).or_insert(0);
                    *c += 1;
                    if *c == 1 && shown < 4 && f.line as usize - line < 25 {
                        shown += 1;
                        println!(
                            "seed {seed} line {line} {kind}\n{}",
                            a.shown().lines().take(8).collect::<Vec<_>>().join("\n")
                        );
                        for l in line.max(1)..(f.line as usize + 1).min(line + 40) {
                            let j = lines.json(l);
                            println!("   {l} {} {} {}", j["type"], j["to"], j["data"]);
                        }
                    }
                }
            }
        }
    }
    println!("{n} tried");
    for (k, v) in bad {
        println!("{v} {k:?}");
    }
}
