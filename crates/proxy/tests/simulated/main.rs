//! The whole way from a record to a Coding Service and back under simulated time, under load and in outages.

mod chart;
mod day;
mod given_back;
mod isolation;
mod merging;
mod outage;
mod world;
