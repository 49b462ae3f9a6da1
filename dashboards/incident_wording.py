"""Every word of the page "Incidents"; see wording.py."""

from typing import Final

from dashboards.language import InContext, Plural, Words


class IncidentWording(Words):
    """The page's messages."""

    page: str = "Incidents"
    listed: str = "Incidents"
    all: str = "All incidents"
    open_now: str = "{count} open"
    none_open: str = "No open incident"
    open_incidents: Plural = Plural("{count} open incident", "{count} open incidents")
    precision: str = "Judged so far: {right} of {judged} were incidents."
    empty: str = "No incidents yet"
    empty_note: str = (
        "What is out of the ordinary appears here by itself. The monitor watches: `groundswell up` "
        "starts it, `groundswell monitor` runs it alone."
    )
    gone: str = "There is no such incident"
    gone_note: str = "The address names an incident that is not stored here."
    kinds: dict[str, str] = {  # noqa: RUF012 - read only
        "volume": "Volume",
        "negative": "Negative share",
        "silence": InContext("kind of incident", "Silence"),
    }
    statuses: dict[str, str] = {"open": "Open", "resolved": "Over"}  # noqa: RUF012 - read only
    severities: dict[str, str] = {  # noqa: RUF012 - read only
        "notice": "Notice",
        "serious": "Serious",
        "critical": "Critical",
    }
    changes: dict[str, str] = {  # noqa: RUF012 - read only
        "opened": "Opened",
        "updated": "Grew",
        "worsened": "Worsened",
        "reopened": "Opened again",
        "resolved": "Over",
        "acknowledged": "Acknowledged",
        "silenced": "Silenced",
        "judged": "Judged",
    }
    verdicts: dict[str, str] = {  # noqa: RUF012 - read only
        "incident": "Was an incident",
        "no_incident": "No incident",
    }
    deeds: dict[str, str] = {  # noqa: RUF012 - read only
        "acknowledge": "acknowledged it",
        "silence": "silenced it",
        "unsilence": "ended the silence",
        "resolve": "called it over",
        "incident": "said: an incident",
        "no_incident": "said: no incident",
        "test": "sent a test",
    }
    acknowledged_by: str = "acknowledged by {who}"
    silenced_until: str = "silenced until {time}"
    muted_by: str = "muted: {name}"

    # Whether somebody watches.
    watch_states: dict[str, str] = {  # noqa: RUF012 - read only
        "ok": "Watching",
        "learning": "Starting",
        "unknown": "Not known",
        "away": "Nobody watches",
    }
    watch_away_note: str = "The monitor is not running."
    watch_unknown_brands: str = "Not known at present: {names}"

    # One incident.
    head: str = "{kind} \u00b7 {status}, {when}"
    since: str = "since {since}"
    over: str = "{since} to {until}"
    again: str = ", again since {since}"
    timeline: str = "Posts a minute"
    timeline_help: str = (
        "All posts and the negative ones, a minute. The band is the ordinary range at that time; "
        "where there is none, it was not yet known. Vertical lines are the incident's events."
    )
    no_band: str = "The expected range of these minutes is not stored."
    posts: str = "Posts"
    negative: str = "Negative posts"
    expected: str = "Ordinary range"
    low: str = "Ordinary from"
    high: str = "Ordinary up to"
    event: str = "Event"
    time: str = "Time"
    carriers: str = "What carries it"
    carriers_help: str = (
        "Each part's share of all that is more than usual for these hours. A post may have several "
        "topics."
    )
    carriers_of_posts_help: str = (
        "Each part's share of these posts: what is usual for these hours is not known yet. A post "
        "may have several topics."
    )
    dimensions: dict[str, str] = {  # noqa: RUF012 - read only
        "topic": "Topics",
        "lang": "Languages",
        "source": "Sources",
        "product": "Products",
        "country": "Countries",
    }
    carried: str = "{posts} posts, usually {usual}"
    carried_posts: str = "{posts} posts"
    phrases: str = "Words that set it apart"
    phrases_help: str = (
        "Words and phrases that people use here more than usual, copies counted once. Weighted "
        "log-odds (Monroe, Colaresi and Quinn 2008), each language compared with itself."
    )
    phrase_told: str = "{posts} people, {share} of them; usually {usual}"
    no_evidence: str = "No evidence has been collected for this incident."
    no_phrases: str = "No words stand out."
    counted: str = "{posts} posts from {voices} voices, {negative} of them negative"
    counted_usual: str = "usually {usual} posts at this time"
    representative: str = "What most of them say"
    representative_help: str = "Posts close to the centre of all, copies folded into one."
    far_reaching: str = "What most people saw"
    far_reaching_help: str = "By reach, copies folded into one."
    no_posts: str = "None to show."
    history: str = "What happened, who did what"
    history_help: str = "The incident's events and what people did, the newest first."
    proof: str = "Where it comes from"
    proof_help: str = "Where its posts lie on Kafka, and what decided."
    models: str = "Model: {names}"
    rule_hash: str = "Rules: {digest}"
    offsets: str = "{topic}, partition {partition}: offsets {first} to {last} ({posts} posts)"
    reproduce: str = "Decide it again"

    # What people do.
    who: str = "Your name"
    who_help: str = "Stands beside what you do here, for your colleagues."
    who_missing: str = "Give your name first."
    acknowledge: str = "Acknowledge"
    acknowledge_help: str = "You look after it: nobody else is called."
    silence: str = "Silence"
    silence_for: str = "For how long"
    silence_hours: dict[int, str] = {  # noqa: RUF012 - read only
        1: "1 hour",
        4: "4 hours",
        12: "12 hours",
        24: "1 day",
        72: "3 days",
    }
    reason: str = "Reason"
    reason_missing: str = "Give a reason, so that colleagues know why nobody is told."
    silence_do: str = "Silence it"
    no_incident: str = "No incident"
    no_incident_help: str = (
        "Say that this was no incident: it counts against the precision of its rule, and what goes "
        "on now does not open it again."
    )
    no_incident_do: str = "This was no incident"
    was_incident: str = "It was an incident"
    noted: str = "Noted. The monitor takes it in within seconds."
    not_noted: str = "That could not be written down: {reason}"

    # Trying rules on the past.
    backtest: str = "Try it on the past"
    backtest_help: str = (
        "Shows which incidents a rule or a sensitivity would have opened, beside those that did. "
        "Nobody is told."
    )
    brands: str = "Brands"
    all_brands: str = "All brands"
    sensitivity: str = "Sensitivity"
    sensitivity_help: str = (
        "Calm: only what nobody could miss. Balanced: what a team wants to be woken for. Watchful: "
        "earlier and fainter signs. One series brings a false alert in about 25, 20 and 6 weeks."
    )
    sensitivities: dict[str, str] = {  # noqa: RUF012 - read only
        "": "As set",
        "calm": "Calm",
        "balanced": "Balanced",
        "watchful": "Watchful",
        "off": "Rules only",
    }
    rule: str = "Rule"
    rule_example: str = "posts >= 500 in 15m"
    period: str = "Period"
    periods: dict[int, str] = {  # noqa: RUF012 - read only
        1: "Last day",
        7: "Last 7 days",
        28: "Last 28 days",
    }
    try_it: str = "Try it"
    wrong_rule: str = "The rule {problem}"
    asked: str = "Asked. The monitor tries it now."
    trial_states: dict[str, str] = {  # noqa: RUF012 - read only
        "asked": "waits for the monitor",
        "running": "is being tried",
        "done": "done",
        "failed": "failed",
    }
    trial: str = "{what}, {since} to {until}, asked by {who}: {state}"
    as_set: str = "the watchlist as it stands"
    as_edited: str = "an edited watchlist"
    would: str = "{count} would have opened"
    did: str = "{count} did open"
    beside: str = "did open too"
    only_would: str = "did not open"
    missed: str = "would not have opened"
    score: str = "{rule}: {incidents} opened, {judged} of them judged, {precision} right"
    score_unjudged: str = "{rule}: {incidents} opened, none of them judged"
    detector: str = "Detector"
    none: str = "None."


INCIDENT_WORDS: Final = IncidentWording()
