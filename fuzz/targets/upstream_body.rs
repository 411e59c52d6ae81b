//! In: a byte that chooses the call, then any bytes as the upstream's answer to it. What is made of them is what was asked
//! for, each answer its record's own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use occuform_api::JobText;
use occuform_proxy::upstream::wire::{self, is_name, is_plausible};
use occuform_proxy::upstream::{Call, NamedText, Reply};
use secrecy::ExposeSecret;

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    match choice % 7 {
        0 => topics(body),
        1 => models(&Call::Models, body),
        2 => models(&Call::LatestModel, body),
        3 => answers(&["nurse"], body),
        4 => answers(&["nurse", "clerk", "baker"], body),
        5 => token(body),
        _ => drop(wire::message(body)),
    }
});

fn topics(body: &[u8]) {
    let Ok(reply) = wire::reply(&Call::Topics, body) else { return };
    let Reply::Topics(names) = reply else { panic!("not topics") };
    assert!(names.iter().all(|name| is_name(name)));
}

fn models(call: &Call, body: &[u8]) {
    let Ok(reply) = wire::reply(call, body) else { return };
    let Reply::Models(models) = reply else { panic!("not models") };
    assert!(models.iter().all(|model| is_name(&model.model_id)));
}

fn answers(titles: &[&str], body: &[u8]) {
    let named = |title: &&str| NamedText {
        id: format!("id-{title}"),
        text: JobText::new(title, "").expect("a text"),
    };
    let records = titles.iter().map(named).collect();
    let Ok(reply) = wire::reply(&Call::Code { model: "m".into(), records, suggestions: 3 }, body) else {
        return;
    };
    let Reply::Answers(answers) = reply else { panic!("not answers") };
    assert_eq!(answers.len(), titles.len());
    for (answer, title) in answers.iter().zip(titles) {
        assert_eq!(answer.input.occp_text, **title);
        assert!(answer.result.len() <= 3 && answer.result.iter().all(is_plausible));
    }
}

fn token(body: &[u8]) {
    let Some((token, _)) = wire::token(body) else { return };
    assert!(token.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()));
}
