//! The words that tell requests from mentions, and products of work from other things.

/// Verbs that ask at the head of a clause.
pub(super) const ACTIONS: [&str; 189] = [
    "send", "return", "reply", "respond", "confirm", "complete", "submit", "check", "update", "upload", "enter",
    "email", "e-mail", "mail", "tell", "ring", "call", "phone", "text", "give", "get", "hand", "bring", "sign", "fill",
    "finish", "make", "ensure", "review", "read", "provide", "forward", "add", "book", "choose", "pick", "pay", "drop",
    "put", "pass", "post", "collect", "clear", "leave", "have", "do", "sort", "record", "log", "register", "vote",
    "share", "set", "order", "print", "prepare", "write", "look", "see", "contact", "speak", "come", "apply", "take",
    "turn", "move", "vacate", "keep", "answer", "acknowledge", "finalise", "file", "deliver", "empty", "tidy", "mark",
    "report", "nominate", "arrange", "approve", "download", "remove", "state", "scan", "supply", "switch", "use",
    "bag", "label", "join", "attend", "amend", "correct", "edit", "proofread", "indicate", "renew", "shout", "tick",
    "flag", "cancel", "claim", "raise", "stick", "pop", "ping", "buy", "count", "compile", "draft", "estimate", "rate",
    "rank", "select", "specify", "list", "include", "attach", "copy", "circulate", "request", "refer", "replace",
    "reset", "save", "schedule", "store", "transfer", "verify", "volunteer", "help", "try", "go", "feed", "follow",
    "grab", "swap", "lock", "charge", "plug", "top", "name", "invite", "inform", "advise", "double-check", "input",
    "meet", "be", "click", "fix", "reserve", "agree", "consider", "let", "install", "test", "change", "decide", "find",
    "gather", "hold", "identify", "plan", "present", "produce", "propose", "release", "reach", "resubmit", "settle",
    "show", "start", "stop", "suggest", "think", "wear", "work", "mend", "resolve", "redo", "finalize", "organise",
    "organize", "bin", "wash", "pack", "stack", "water",
];

/// Verbs of something that the reader gives or finishes, so that a bare "today" after them is a limit.
pub(super) const DELIVERIES: [&str; 49] = [
    "send", "return", "reply", "respond", "confirm", "complete", "submit", "update", "upload", "enter", "email",
    "e-mail", "tell", "know", "give", "get", "hand", "sign", "fill", "finish", "provide", "forward", "pay", "drop",
    "pass", "do", "sort", "vote", "share", "turn", "answer", "check", "review", "read", "need", "have", "bring",
    "post", "choose", "ring", "call", "book", "finalise", "approve", "write", "put", "acknowledge", "nominate", "look",
];

/// Readers, addressed by what they are.
pub(super) const COLLECTIVE: [&str; 25] = [
    "everyone", "everybody", "all", "each", "any", "anyone", "anybody", "someone", "somebody", "staff", "tutors",
    "teachers", "colleagues", "heads", "hods", "departments", "whoever", "those", "both", "you", "one", "people",
    "folks", "members", "line",
];

/// Past forms without "-ed".
pub(super) const PAST: [&str; 27] = [
    "got", "read", "did", "wrote", "made", "had", "went", "said", "told", "sent", "gave", "came", "thought", "knew",
    "saw", "met", "left", "ran", "took", "rang", "put", "found", "kept", "paid", "began", "was", "were",
];

/// What closes every day and asks nothing of anybody.
pub(super) const PLACES: [&str; 32] = [
    "office", "offices", "library", "shop", "shops", "gate", "gates", "school", "building", "pool", "gym", "canteen",
    "reception", "agency", "bank", "road", "site", "car", "park", "hall", "club", "centre", "kitchen", "door", "doors",
    "bar", "pub", "station", "surgery", "store", "tip", "museum",
];

/// What ends on a day and is to be joined before.
pub(super) const SERIES: [&str; 24] = [
    "survey", "sign-up", "sign-ups", "window", "registration", "consultation", "booking", "bookings", "offer", "vote",
    "voting", "poll", "nominations", "applications", "entries", "ballot", "questionnaire", "submissions", "enrolment",
    "orders", "collection", "sale", "period", "deadline",
];

/// Products of work, which ask for more notice than an answer does.
pub(super) const WORK: [&str; 25] = [
    "report", "reports", "data", "review", "reviews", "spreadsheet", "spreadsheets", "reference", "references",
    "complete", "completed", "completing", "analysis", "analyses", "assessment", "assessments", "audit", "audits",
    "evaluation", "evaluations", "tracker", "trackers", "appraisal", "write-up", "write-ups",
];

/// Every word that can begin a phrase of time, sorted. Most words cannot, and this is the quickest way to know.
pub(super) const BEGINNINGS: [&str; 148] = [
    "a", "afternoon", "am", "apr", "april", "aug", "august", "before", "beginning", "by", "close", "cob", "coe",
    "coming", "cop", "current", "day", "dec", "december", "dinnertime", "early", "eight", "eighteen", "eleven", "end",
    "eod", "eom", "eop", "eow", "evening", "feb", "february", "fifteen", "first", "five", "following", "four",
    "fourteen", "fri", "fri's", "friday", "friday's", "half", "home", "ideally", "in", "inside", "jan", "january",
    "jul", "july", "jun", "june", "last", "late", "lunch", "lunch-time", "lunchtime", "mar", "march", "may", "mid",
    "midday", "middle", "midnight", "mon", "mon's", "monday", "monday's", "month", "morning", "next", "night", "nine",
    "nineteen", "no", "noon", "not", "nov", "november", "oct", "october", "on", "one", "over", "pm", "preferably",
    "quarter", "sat", "sat's", "saturday", "saturday's", "school", "sep", "sept", "september", "seven", "seventeen",
    "six", "sixteen", "start", "sun", "sun's", "sunday", "sunday's", "ten", "the", "thirteen", "this", "three", "thu",
    "thu's", "thur", "thur's", "thurs", "thurs's", "thursday", "thursday's", "til", "till", "tmrw", "today", "today's",
    "tomorrow", "tomorrow's", "tomoz", "tonight", "tue", "tue's", "tues", "tues's", "tuesday", "tuesday's", "twelve",
    "twenty", "two", "until", "up", "wed", "wed's", "wednesday", "wednesday's", "weds", "weds's", "weekend", "within",
    "yesterday", "zero",
];
