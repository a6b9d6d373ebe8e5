//! Results for reports.

pub(crate) mod ledgers;
pub(crate) mod whole;

use ibbi_core::{Advisory, Format};
use ibbi_report::SimulationPage;
use ibbi_report::chart::{self, Chart};
use ibbi_sim::{
    AvailabilityGain, Calendar, CandidateCalendars, Comparison, EXAMPLE, FavorSets, Forecast, Plan, Scenario, Settings,
    Simulator,
};

/// The results for the page of a simulation.
pub(crate) struct Results {
    pub(crate) scenario: Scenario,
    pub(crate) calendar: Calendar,
    pub(crate) plan: Plan,
    pub(crate) forecast: Forecast,
    pub(crate) comparison: Comparison,
    pub(crate) gains: Vec<AvailabilityGain>,
    pub(crate) favors: FavorSets,
    pub(crate) calendars: CandidateCalendars,
    pub(crate) advisories: Vec<Advisory>,
}

impl Results {
    pub(crate) fn new(scenario: &str, runs: u64) -> Self {
        Self::of(Scenario::parse(scenario).unwrap_or_else(|error| panic!("{error}")), runs)
    }

    pub(crate) fn of(scenario: Scenario, runs: u64) -> Self {
        let settings = Settings { runs, seed: 1, threads: 1 };
        let simulator = Simulator::new(&scenario);
        let with = |format| Simulator::new(&scenario.clone().with_format(format));
        let (full, halves) = (with(Format::FullDay), with(Format::TwoHalfDays));
        let plan = Plan::from_simulator(&simulator);
        Self {
            forecast: simulator.simulate(settings).unwrap(),
            comparison: Comparison::new(("one full day", &full), ("two half-days", &halves), settings).unwrap(),
            favors: simulator.favors(),
            calendars: simulator.candidate_calendars(settings).unwrap(),
            gains: simulator.availability_gains(Settings { runs: runs.min(200), ..settings }).unwrap(),
            advisories: plan.advisories.clone(),
            plan,
            calendar: simulator.calendar().clone(),
            scenario,
        }
    }

    pub(crate) fn example(runs: u64) -> Self {
        Self::new(EXAMPLE, runs)
    }

    pub(crate) fn page(&self) -> String {
        SimulationPage {
            scenario: &self.scenario,
            calendar: &self.calendar,
            plan: &self.plan,
            calendars: Some(&self.calendars),
            forecast: &self.forecast,
            advisories: &self.advisories,
            comparison: Some(&self.comparison),
            gains: Some((&self.gains, &self.favors)),
            program: "ibbi 0.0.0",
        }
        .to_html()
    }

    pub(crate) fn charts(&self) -> Vec<Chart> {
        let Self { scenario, plan, forecast, comparison, .. } = self;
        let [sides, difference] = chart::comparison(comparison);
        vec![
            chart::timeline(scenario, plan),
            chart::completion(forecast),
            chart::months(forecast),
            chart::outcomes(forecast),
            chart::drivers(forecast),
            sides,
            difference,
        ]
    }
}

/// Returns the sample scenarios with their names.
pub(crate) fn samples() -> Vec<(String, Scenario)> {
    let read = |(name, text): (String, String)| (name, Scenario::parse(&text).unwrap());
    ibbi_testing::sample_scenarios().into_iter().map(read).collect()
}

/// Returns scenarios at the edge of what a report supports, each with a number of runs.
pub(crate) fn edges() -> Vec<(&'static str, Scenario, u64)> {
    let parse = |text: &str| Scenario::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let change = |from: &str, to: &str| {
        assert!(EXAMPLE.contains(from), "{from}");
        EXAMPLE.replace(from, to)
    };
    let long = "An Exceedingly Long Name of Somebody or Something That Somebody Has Really Given, Which Fills All That Is Allowed Here";
    let certain = "[assumptions]\nleader_declines = 0.0\nwithdraws = 0.0\nsession_postponed = 0.0\nsession_cut_short = 0.0\n\
                   concern_raised = 0.0\nlabor_adopts = 1.0\nmanagement_adopts = 1.0\n";
    let fixed: String = ibbi_sim::Duration::of(ibbi_sim::Model::First)
        .iter()
        .map(|which| format!("{} = [7, 7, 7]\n", which.code()))
        .collect();
    let wide: String = ibbi_sim::Duration::of(ibbi_sim::Model::First)
        .iter()
        .map(|which| format!("{} = [0, 10, 160]\n", which.code()))
        .collect();
    let head = EXAMPLE.split("[assumptions]").next().unwrap();
    vec![
        ("no contract date", parse(&change("contract_expires = 2027-06-30", "")), 300),
        (
            "contract date on the first day",
            parse(&change("contract_expires = 2027-06-30", "contract_expires = 2026-09-08")),
            300,
        ),
        (
            "contract date far away",
            parse(&change("contract_expires = 2027-06-30", "contract_expires = 2039-06-30")),
            300,
        ),
        ("one run", parse(EXAMPLE), 1),
        ("one single day", parse(&format!("{head}{certain}{fixed}")), 300),
        ("a spread of two years", parse(&format!("{head}{certain}{wide}")), 2_000),
        ("nobody ever adopts", parse(&format!("{head}{}", certain.replace("adopts = 1.0", "adopts = 0.0"))), 300),
        (
            "long names",
            parse(&change("Maple Hollow", long).replace("N. Beaumont", long).replace("Winter break", long)),
            300,
        ),
        (
            "wide characters",
            parse(&change("Maple Hollow", "漢字かな交じり文の学区").replace("N. Beaumont", "नमस्ते ✨")),
            300,
        ),
    ]
}
