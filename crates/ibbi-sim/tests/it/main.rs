//! Integration tests of `ibbi-sim`.

mod backtest;
mod calibrate;
mod evidence;
mod goals;
mod hold;
mod malformed;
mod model;
mod plan;
mod resume;
mod samples;
mod second;
mod vector;
