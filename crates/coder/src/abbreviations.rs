//! In: a word. Out: the word that it is short for, where hardly anybody means another. What is short for several (admin,
//! sec, tech) and what is a job's name itself (physio, sparky, vet) stays as it is, and is learned from the lexicon. Next:
//! `features`.

/// In the order of the first.
const SPELLED_OUT: &[(&str, &str)] = &[
    ("accom", "accommodation"),
    ("accomm", "accommodation"),
    ("acct", "account"),
    ("accts", "accounts"),
    ("agri", "agricultural"),
    ("appr", "apprentice"),
    ("appt", "appointment"),
    ("appts", "appointments"),
    ("assoc", "associate"),
    ("asst", "assistant"),
    ("asstnt", "assistant"),
    ("biz", "business"),
    ("bldg", "building"),
    ("cntr", "centre"),
    ("comms", "communications"),
    ("constr", "construction"),
    ("constrn", "construction"),
    ("coord", "coordinator"),
    ("ctr", "centre"),
    ("ctre", "centre"),
    ("cust", "customer"),
    ("custs", "customers"),
    ("dept", "department"),
    ("dir", "director"),
    ("distrib", "distribution"),
    ("edu", "education"),
    ("educ", "education"),
    ("elec", "electrical"),
    ("eng", "engineer"),
    ("enviro", "environmental"),
    ("equip", "equipment"),
    ("exec", "executive"),
    ("gen", "general"),
    ("govt", "government"),
    ("hosp", "hospital"),
    ("hrs", "hours"),
    ("incl", "including"),
    ("insp", "inspector"),
    ("instr", "instructor"),
    ("intl", "international"),
    ("jnr", "junior"),
    ("jr", "junior"),
    ("lic", "licensed"),
    ("maint", "maintenance"),
    ("manuf", "manufacturing"),
    ("meds", "medications"),
    ("mfg", "manufacturing"),
    ("mgmt", "management"),
    ("mgr", "manager"),
    ("mgrs", "managers"),
    ("mktg", "marketing"),
    ("mngr", "manager"),
    ("mtce", "maintenance"),
    ("n", "and"),
    ("natl", "national"),
    ("ofc", "office"),
    ("ofcr", "officer"),
    ("offcr", "officer"),
    ("op", "operator"),
    ("oper", "operator"),
    ("ppl", "people"),
    ("prod", "production"),
    ("proj", "project"),
    ("pts", "patients"),
    ("recep", "receptionist"),
    ("refrig", "refrigeration"),
    ("reg", "registered"),
    ("rep", "representative"),
    ("reps", "representatives"),
    ("sch", "school"),
    ("schl", "school"),
    ("serv", "service"),
    ("snr", "senior"),
    ("sr", "senior"),
    ("supt", "superintendent"),
    ("supv", "supervisor"),
    ("supvr", "supervisor"),
    ("svc", "service"),
    ("svcs", "services"),
    ("tchr", "teacher"),
    ("thru", "through"),
    ("uni", "university"),
    ("w", "with"),
    ("whse", "warehouse"),
    ("wkr", "worker"),
    ("wrkr", "worker"),
    ("yr", "year"),
    ("yrs", "years"),
];

/// The word itself where it is not short for another.
pub(crate) fn spelled_out(word: &str) -> &str {
    match SPELLED_OUT.binary_search_by_key(&word, |&(short, _)| short) {
        Ok(place) => SPELLED_OUT[place].1,
        Err(_) => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_short_form_is_found_and_none_leads_to_another() {
        for &(short, long) in SPELLED_OUT {
            assert_eq!(spelled_out(short), long);
            assert_eq!(spelled_out(long), long);
        }
    }

    #[test]
    fn other_words_stay() {
        for word in ["", "admin", "manager", "mgrx", "sparky"] {
            assert_eq!(spelled_out(word), word);
        }
    }
}
