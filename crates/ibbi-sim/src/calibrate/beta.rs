//! The beta distribution: its distribution function and its quantiles.
//!
//! The function is the regularized incomplete beta function I_x(a, b). Source of the formulas: NIST Digital Library of
//! Mathematical Functions (DLMF), chapters 5 and 8.

use std::f64::consts::TAU;

/// The coefficients of Stirling's series of ln Γ (DLMF 5.11.1).
const STIRLING: [f64; 6] = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
/// From here on, the series is exact to the last digits.
const STIRLING_FROM: f64 = 12.0;

/// Returns ln Γ(x) for a positive x.
fn ln_gamma(x: f64) -> f64 {
    // Γ(x + 1) = x·Γ(x) (DLMF 5.5.1) leads to an argument that is large enough.
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < STIRLING_FROM {
        product *= shifted;
        shifted += 1.0;
    }
    let (mut power, mut series) = (shifted, 0.0);
    for coefficient in STIRLING {
        series += coefficient / power;
        power *= shifted * shifted;
    }
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * TAU.ln() + series - product.ln()
}

/// Returns the share of the beta distribution with the parameters `a` and `b` that lies below `x`: I_x(a, b).
pub(crate) fn share_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The continued fraction converges fast only below this point; above it, I_x(a, b) = 1 - I_{1-x}(b, a) (DLMF 8.17.4).
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - share_below(b, a, 1.0 - x);
    }
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    front.exp() / (a * continued_fraction(a, b, x))
}

/// Returns the continued fraction of DLMF 8.17.22, computed from its front by Lentz's method (DLMF 3.10(iii)).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const MOST_TERMS: u32 = 10_000;
    const NEARLY_ZERO: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < NEARLY_ZERO { NEARLY_ZERO } else { value };
    let (mut fraction, mut numerator, mut denominator) = (1.0, 1.0, 0.0);
    for term in 1..=MOST_TERMS {
        let m = f64::from(term / 2);
        let d = if term % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        denominator = 1.0 / nonzero(1.0 + d * denominator);
        numerator = nonzero(1.0 + d / numerator);
        let step = numerator * denominator;
        fraction *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

/// Returns the value below which a share `p` of the distribution lies, by bisection.
pub(crate) fn quantile(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = low.midpoint(high);
        if share_below(a, b, middle) < p { low = middle } else { high = middle }
    }
    low.midpoint(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_gamma_is_that_of_factorials_and_halves() {
        let mut factorial = 1.0_f64;
        for n in 1..60 {
            assert!((ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-12 * factorial.ln().max(1.0), "{n}");
            factorial *= f64::from(n);
        }
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-14);
        assert!((ln_gamma(0.1) - 2.252_712_651_734_206).abs() < 1e-13);
    }

    #[test]
    fn share_below_is_a_sum_of_binomial_terms() {
        // For whole a and b, I_x(a, b) is the chance of at least a successes in a + b - 1 trials (DLMF 8.17.5).
        for (a, b) in [(1, 1), (2, 3), (8, 2), (1, 9), (40, 60), (3, 120)] {
            let trials = a + b - 1;
            for step in 1..20 {
                let x = f64::from(step) / 20.0;
                let (mut term, mut at_least) = ((1.0 - x).powi(trials), 0.0);
                for successes in 0..=trials {
                    if successes >= a {
                        at_least += term;
                    }
                    term *= f64::from(trials - successes) / f64::from(successes + 1) * x / (1.0 - x);
                }
                let found = share_below(f64::from(a), f64::from(b), x);
                assert!((found - at_least).abs() < 1e-12, "I_{x}({a}, {b}): {found}, expected {at_least}");
            }
        }
    }

    #[test]
    fn share_below_has_closed_forms_at_the_edges() {
        for x in [1e-6, 0.01, 0.3, 0.77, 0.999] {
            for b in [0.4, 1.0, 7.5, 5_000.0] {
                assert!((share_below(1.0, b, x) - (1.0 - (b * f64::ln_1p(-x)).exp())).abs() < 1e-12, "{x} {b}");
                assert!((share_below(b, 1.0, x) - x.powf(b)).abs() < 1e-12, "{x} {b}");
            }
            let arcsine = 2.0 / std::f64::consts::PI * x.sqrt().asin();
            assert!((share_below(0.5, 0.5, x) - arcsine).abs() < 1e-12, "{x}");
        }
        assert_eq!((share_below(2.0, 3.0, 0.0), share_below(2.0, 3.0, 1.0)), (0.0, 1.0));
    }

    #[test]
    fn quantile_inverts_the_distribution() {
        for (a, b) in [(0.2, 9.8), (8.0, 2.0), (0.5, 9.5), (1_508.0, 502.0), (5.0, 60_000.0)] {
            for p in [0.05, 0.5, 0.95] {
                let x = quantile(a, b, p);
                assert!((share_below(a, b, x) - p).abs() < 1e-9, "{p} of ({a}, {b}): {x}");
            }
        }
    }
}
