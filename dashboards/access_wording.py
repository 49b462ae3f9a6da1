"""Every word about signing in, roles, and who did what."""

from typing import Final

from dashboards.language import Words


class AccessWording(Words):
    """Their messages."""

    sign_in: str = "Sign in"
    sign_in_note: str = "This page is for people who were given access to it."
    sign_out: str = "Sign out"
    no_access: str = "You have no access yet"
    no_access_note: str = (
        "You are signed in as `{email}`. Ask an admin of this page to name you in its file of "
        "roles."
    )
    no_email: str = "an account without a verified address"
    wrong_file: str = "The file of roles has mistakes"
    wrong_file_note: str = (
        "Until it is mended nobody sees anything. An admin finds them with "
        "`groundswell access check`."
    )
    not_for_you: str = "This is not for you to see"
    not_for_you_note: str = (
        "Your role or your brands do not cover it. If they were changed a moment ago, an admin has "
        "to run `groundswell prepare`, or to start `groundswell up` again."
    )
    audit: str = "Who did what"
    audit_help: str = (
        "Exports, labels, what was done about incidents, trials of rules, views and notes, changed "
        "files, promotions of model versions, replays and erasures; the newest {count}."
    )
    deeds: dict[str, str] = {  # noqa: RUF012 - read through __getattribute__, never changed
        "export csv": "Export as CSV",
        "export parquet": "Export as Parquet",
        "export report": "Export as report",
        "label": "Label",
        "label taken back": "Label taken back",
        "incident acknowledge": "Incident acknowledged",
        "incident silence": "Incident silenced",
        "incident unsilence": "Silence ended",
        "incident resolve": "Incident closed",
        "incident incident": "Judged an incident",
        "incident no_incident": "Judged no incident",
        "incident test": "Test alert",
        "trial of rules": "Rules tried on the past",
        "view saved": "View saved",
        "view removed": "View removed",
        "note saved": "Note saved",
        "note removed": "Note removed",
        "file changed": "File changed",
        "watchlist saved": "Watchlist saved",
        "watchlist back to the file": "Watchlist back to the file",
        "model first": "First model version",
        "model promote": "Model version promoted",
        "model rollback": "Model version rolled back",
        "replay started": "Replay started",
        "replay pause wanted": "Replay to be paused",
        "replay cancel wanted": "Replay to be cancelled",
        "replay paused": "Replay paused",
        "replay failed": "Replay failed",
        "replay cancelled": "Replay cancelled",
        "replay done": "Replay done",
        "erasure": "Erasure",
    }
    no_audit: str = "Nobody did anything yet."
    when: str = "When"
    who: str = "Who"
    did: str = "What"
    about: str = "On what"
    detail: str = "Detail"


ACCESS_WORDS: Final = AccessWording()
