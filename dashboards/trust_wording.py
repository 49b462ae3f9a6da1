"""Every word of the page Trust."""

from typing import Final

from dashboards.language import Words


class TrustWording(Words):
    """The page's messages."""

    page: str = "Trust"
    # The tiles.
    model: str = "Model in use"
    model_help: str = (
        "The version whose answers everybody sees, and since when. A person's label stands above "
        "every version."
    )
    no_version: str = "None yet"
    live_since: str = "since {time}, for {age}"
    right: str = "Right, by people's labels"
    right_help: str = (
        "Of the posts that people labelled: how many the model in use had right, with its 95% "
        "interval (Wilson). Posts drawn at random count alone once there are {few} of them; else "
        "all labels, and then the true figure is better: people label what strikes them as wrong."
    )
    right_few: str = "{count} labels: too few to say ({few} are needed)"
    of_random: str = "of {count} posts drawn at random"
    of_all: str = "of {count} labels, mostly of posts that looked wrong"
    covered: str = "Posts in languages it does well in"
    covered_help: str = (
        "The part of the posts of the last five weeks whose language the model was measured in, on "
        "{least} held-out texts or more, with a macro-F1 of {good} or more."
    )
    covered_note: str = "does poorly {poor} · hardly or never measured {rest} · not known {unknown}"
    moved: str = "Drift of this week"
    moved_help: str = (
        "The one of the six comparisons below that moved most, against the four weeks before. "
        "PSI: population stability index."
    )
    moved_note: str = "{signal}: PSI {index}"

    # Accuracy.
    which: str = "Labels that count"
    which_random: str = "Drawn at random"
    which_all: str = "All labels"
    which_help: str = (
        "People label of themselves what looks wrong, so all labels together make the model look "
        "worse than it is. Those of posts that were drawn at random (below) do not. For the charts "
        "beside and below."
    )
    accuracy: str = "Accuracy by language"
    accuracy_help: str = (
        "The share of texts whose sentiment the model has right, with its 95% interval (Wilson). "
        "Held-out: labelled texts that the model was not trained on, measured when it was made. "
        "People: labels given here in the last year, against what the model in use had said. The "
        "languages with most posts and most labels."
    )
    held_out: str = "Held-out texts"
    people: str = "People's labels"
    labels: str = "Labels"
    share_right: str = "Right"
    few_labels: str = (
        "{count} labels so far: pale points are of fewer than {few}, and say little. Label posts "
        "below to know more."
    )
    no_labels: str = (
        "Nobody has labelled a post for this yet. Label some below, or click the mood of any post "
        "in a feed."
    )
    no_figures: str = (
        "What the model in use does on held-out texts is not written down here: its folder has no "
        "figures, or no worker has started since they are kept."
    )
    coverage: str = "Languages of the posts"
    coverage_help: str = (
        "Each detected language's part of the posts of the last five weeks, and whether the model "
        "was measured in it. Well: macro-F1 of {good} or more on {least} held-out texts or more. "
        "Poorly: less. Hardly measured: fewer texts. Macro-F1 is the mean over the three "
        "sentiments of how well each is found; guessing reaches 0.33."
    )
    language: str = "Language"
    share: str = "Of all posts"
    measured: str = "Measured"
    held_out_right: str = "Held-out, right"
    people_right: str = "People, right"
    grades: dict[str, str] = {  # noqa: RUF012 - read only
        "good": "Does well",
        "poor": "Does poorly",
        "thin": "Hardly measured",
        "never": "Never measured",
        "unknown": "Not known",
    }
    grades_help: dict[str, str] = {  # noqa: RUF012 - read only
        "good": "Macro-F1 of {good} or more on {texts} held-out texts ({sources}).",
        "poor": "Macro-F1 below {good} on {texts} held-out texts ({sources}): distrust its mood.",
        "thin": "Only {texts} held-out texts ({sources}): too few to say.",
        "never": "No labelled texts of this language were at hand: nobody knows how well it does.",
        "unknown": "Texts too short or too mixed to tell their language.",
    }
    more_languages: str = "and {count} further languages with {share} of the posts"
    no_posts: str = "No posts in the last five weeks."

    # Calibration and confusion.
    calibration: str = "Is it as sure as it is right?"
    calibration_help: str = (
        "The calibration curve: posts that people labelled, by how sure the model was of its "
        "answer. On the dashed line, of posts with 70% probability 70% are right; below it the "
        "model is surer than it should be. The bars are 95% intervals (Wilson)."
    )
    confidence: str = "Probability that the model gave"
    calibration_note: str = (
        "Expected calibration error: {people} by these labels, {held_out} on held-out texts. It is "
        "the mean gap between probability and share right."
    )
    confusion: str = "What it takes for what"
    confusion_help: str = (
        "Posts by what people say (rows) and what the model had said (columns), in percent of the "
        "row. On the diagonal the model was right."
    )
    say: str = "People say"
    said: str = "The model said"

    # Versions.
    versions: str = "Model versions"
    versions_help: str = (
        "Which version people saw when, from the promotions and rollbacks. Mentions: of the last "
        "35 days, seen or not."
    )
    version: str = "Version"
    since: str = "In use since"
    until: str = "To"
    mentions: str = "Mentions"
    why: str = "Why"
    actions: dict[str, str] = {  # noqa: RUF012 - read only
        "first": "first",
        "promote": "promoted",
        "rollback": "rolled back",
    }
    beside: str = "beside"
    beside_help: str = "Scores posts, but is not seen."
    no_promotions: str = "No version has been in use yet: the first worker that scores begins one."
    restated: str = "What a version changed"
    restated_help: str = (
        "Net sentiment by day of the posts of one brand that both versions scored: the same posts, "
        "so that a difference is the model's and not the world's. Days of your clock, last 30. "
        "Labels stand above both."
    )
    brand: str = "Brand"
    compared: str = "Versions"
    no_restated: str = "No post of this brand in the last 30 days was scored by both versions."
    one_version: str = (
        "One version alone has scored the last 35 days. With a second one, in the worker's shadow "
        "or by a replay, the same days stand here under both."
    )
    net: str = "Net sentiment"
    posts: str = "Posts"

    # Drift.
    drift: str = "Has what comes in changed, or what comes out?"
    drift_help: str = (
        "This week against the four weeks before. PSI, the population stability index: the sum of "
        "(p - q) ln(p / q) over all categories, p and q their shares now and before. Below 0.1 it "
        "is as before, up to 0.25 it moved somewhat, above that much. A change is no fault: it "
        "says where to look before numbers are compared with those of a month ago."
    )
    signal: str = "What"
    this_week: str = "This week"
    weeks_before: str = "Four weeks before"
    index: str = "PSI"
    index_help: str = "Chance alone stays below {chance} in 95 of 100 weeks with so many posts."
    in_words: str = "In words"
    moved_most: str = "What moved most"
    bands: dict[str, str] = {  # noqa: RUF012 - read only
        "few": "Too few posts to say",
        "steady": "As before",
        "some": "Moved somewhat",
        "much": "Moved much",
    }
    signals: dict[str, str] = {  # noqa: RUF012 - read only
        "lang": "Languages",
        "unknown": "Unknown language",
        "source": "Sources",
        "length": "Length of texts",
        "sentiment": "Mood",
        "confidence": "How sure the model is",
    }
    signals_help: dict[str, str] = {  # noqa: RUF012 - read only
        "lang": "Posts by detected language.",
        "unknown": "Posts whose language could not be told, against all others.",
        "source": "Posts by where they were written.",
        "length": "Characters of the texts, in classes; texts that are no longer kept left out.",
        "sentiment": "Posts by sentiment, with people's labels.",
        "confidence": "The probability that the model gives to what it says, in tenths.",
    }
    languages_count: str = "{count} languages"
    sources_count: str = "{count} sources"
    characters: str = "{mean} characters"
    mean_of: str = "{mean} on average"
    from_to: str = "{name}: {before} → {now}"
    others: str = "all others"
    known: str = "known"
    unknown: str = "not known"
    length_range: str = "{low} to {high} characters"
    length_from: str = "{low} characters or more"
    confidence_range: str = "{low} to {high}%"
    sliced: str = (
        "Lengths and probabilities are of about {count} posts, from the same hours of every day."
    )
    shift_told: str = "{name} {now}, before {before}"
    shift_help: str = (
        "Bars: this week. Lines: the four weeks before. Click a bar to read this week's posts."
    )

    # Labels.
    check: str = "Label posts"
    check_help: str = (
        "What the model said is not shown, so that it sways nobody. Drawn at random: measures the "
        "model fairly. Least sure: teaches it most. Each label counts in all numbers at once, and "
        "trains the next model."
    )
    queue: str = "Queue"
    queue_random: str = "Drawn at random"
    queue_unsure: str = "Least sure"
    waiting_random: str = "{count} posts of the last 7 days without a label"
    waiting_unsure: str = (
        "{count} posts of the last 7 days on which the model is unsure (below 50%)"
    )
    skip: str = "Skip"
    agreed: str = "The model said so, too."
    disagreed: str = "The model had said: {said}."
    nothing_waits: str = "Nothing waits here."
    weeks: str = "Labels by week"
    weeks_help: str = (
        "Labels that people gave in each week (from Monday, UTC), by what they said; labels that "
        "were taken back are not counted."
    )
    week: str = "Week from"
    history: str = "Who labelled what"
    history_help: str = (
        "Every label and every one that was taken back, newest first. Taking a label back gives "
        "the model's own answer back, exactly."
    )
    no_history: str = "Nobody has labelled anything yet."
    took_back: str = "took back {label}"
    changed: str = "{before} → {after}"
    confirmed: str = "{label}, as before"
    nobody: str = "somebody"
    take_back: str = "Take back"
    show_more: str = "Show older ones"
    text_gone: str = "The text is no longer kept."


TRUST_WORDS: Final = TrustWording()
