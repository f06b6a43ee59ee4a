//! Every text that a letter may use, with the placeholders that its wording must fill.

/// A text of the wording files, which takes as many values as it has placeholders.
pub(super) struct Text<const N: usize> {
    pub(super) key: &'static str,
}

macro_rules! texts {
    ($($name:ident $key:literal $slots:tt)*) => {
        $(pub(super) const $name: Text<{ <[&str]>::len(&$slots) }> = Text { key: $key };)*

        /// All of them with their placeholders, in the order in which values are given.
        pub(super) const ALL: &[(&str, &[&str])] = &[$(($key, &$slots)),*];
    };
}

texts! {
    TIME_DATE "time.date" ["weekday", "day", "month"]
    TIME_DATE_WITH_YEAR "time.date-with-year" ["weekday", "day", "month", "year"]
    TIME_SHORT "time.short" ["date", "clock"]
    TIME_TODAY "time.today" ["clock", "date", "zone"]
    TIME_TOMORROW "time.tomorrow" ["clock", "date", "zone"]
    TIME_OTHER "time.other" ["clock", "date", "zone"]
    TIME_ZONE "time.zone" ["place"]
    LIST_OR "list.or" ["first", "last"]
    MESSAGE_NAMED "message.named" ["subject"]
    MESSAGE_UNNAMED "message.unnamed" []
    PERSON_ROLE "person.role" ["role"]
    PERSON_REACHABLE "person.reachable" ["person", "address"]
    PERSON_SOMEBODY "person.somebody" []
    PERSON_NETWORK_MANAGER "person.network-manager" []
    CLASS_ROUTINE "class.routine" []
    CLASS_NEEDS_A_LOOK "class.needs-a-look" []
    CLASS_SAFEGUARDING "class.safeguarding" []
    HEADING_WHY "heading.why" []
    HEADING_POINTS "heading.points" []
    HEADING_STEPS "heading.steps" []
    HEADING_REFUSED "heading.refused" []
    POINT_CLAUSE "point.clause" ["clause", "rule"]
    POINT_WORDS "point.words" ["words"]
    POINT_WORD "point.word" ["word"]
    POINT_HELP "point.help" ["help"]
    POINT_SAFEGUARDING "point.safeguarding" []
    POINT_MORE "point.more" ["count"]
    DEFERRED_SUBJECT "deferred.subject" ["time"]
    DEFERRED_LEAD "deferred.lead" ["message", "time"]
    DEFERRED_LEAD_WITH_POINTS "deferred.lead-with-points" ["message", "time"]
    DEFERRED_ASK "deferred.ask" ["person", "id"]
    DEFERRED_URGENT "deferred.urgent" ["marks"]
    URGENT_SUBJECT "urgent.subject" ["mark"]
    URGENT_IMPORTANCE "urgent.importance" []
    URGENT_ADDRESS "urgent.address" ["tag"]
    WARNED_SUBJECT "warned.subject" []
    WARNED_LEAD "warned.lead" ["message"]
    HELD_SUBJECT "held.subject" []
    HELD_LEAD "held.lead" ["message", "reviewer"]
    HELD_DUE "held.due" ["time"]
    HELD_ASK "held.ask" ["person", "id"]
    RETURNED_SUBJECT "returned.subject" []
    RETURNED_LEAD_TIMED_OUT "returned.lead-timed-out" ["message"]
    RETURNED_LEAD_REVIEWED "returned.lead-reviewed" ["message"]
    RETURNED_REASON "returned.reason" ["reason"]
    RETURNED_ATTACHED "returned.attached" []
    UNDELIVERABLE_SUBJECT_ALL "undeliverable.subject-all" []
    UNDELIVERABLE_SUBJECT_SOME "undeliverable.subject-some" []
    UNDELIVERABLE_LEAD_ALL "undeliverable.lead-all" ["message"]
    UNDELIVERABLE_LEAD_SOME "undeliverable.lead-some" ["message"]
    UNDELIVERABLE_REPLY "undeliverable.reply" ["reply"]
    UNDELIVERABLE_ATTACHED "undeliverable.attached" []
    CONTEST_KEPT "contest.kept" ["person", "id"]
    CONTEST_SENT "contest.sent" ["person"]
    FOOTER_KEPT "footer.kept" ["id", "time", "school"]
    FOOTER_SENT "footer.sent" ["time", "school"]
    FOOTER_SCHOOL "footer.school" []
    FOOTER_UNNUMBERED "footer.unnumbered" []
}
