//! The `occuform` command. This file reads the command line; each command has a module of its own.

mod batch;
mod batch_arguments;
mod batch_merge;
mod batch_progress;
mod batch_summary;
mod batch_via;
mod code;
mod convert;
mod doctor;
mod evaluate;
mod explanation;
mod import_report;
mod lexicon;
mod lexicon_files;
mod listeners;
mod log;
mod model;
mod output;
mod plots;
mod proxy;
mod proxy_settings;
mod records;
mod service;
mod signals;
mod train;
mod whole_file;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Turns a job title and tasks into an official Australian occupation code.
#[derive(Parser)]
#[command(name = "occuform", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve forms: the coding API, the widget's files and the demo page
    Proxy(proxy::Arguments),
    /// Check the proxy's way to the Coding Service, and say what a network team must open
    Doctor(doctor::Arguments),
    /// Be a Coding Service: the government's API with our own coder behind it
    Service(service::Arguments),
    /// Train a model from a lexicon
    Train(train::Arguments),
    /// Code one job on the command line
    Code(code::Arguments),
    /// Code a file: CSV, TSV, JSON Lines or Excel
    ///
    /// The same rows come out with codes. Every row is checked first, equal texts are coded once, and a journal beside
    /// the output keeps every answer: after an interruption the same command goes on where it stopped. With '--via
    /// embedded', the default, nothing leaves this machine.
    Batch(Box<batch_arguments::Arguments>),
    /// Make a table of what the asynchronous Coding Service returned
    ///
    /// It has the columns of the service's guide and a row for each line, also for those with an error. What 'occuform
    /// batch' wrote is a table already.
    Convert(convert::Arguments),
    /// Tell how well a model codes records whose codes are known
    Evaluate(evaluate::Arguments),
    /// Make lexicon files of the official workbooks
    Lexicon(lexicon::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Proxy(arguments) => proxy::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Service(arguments) => service::run(arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Code(arguments) => code::run(&arguments),
        Command::Batch(arguments) => batch::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Lexicon(arguments) => lexicon::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("occuform: {error:#}");
            ExitCode::FAILURE
        }
    }
}
