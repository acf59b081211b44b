"""Words of real logs for the words of the canonical vocabularies: kinds of act, kinds of subject, truth."""

from collections.abc import Iterable, Mapping

from audit.drafting.aliases import squashed

_ACTS: Mapping[str, tuple[str, ...]] = {
    "search": (
        "search", "lookup", "look up", "query", "enquiry", "inquiry", "find", "list", "read list", "name search", "search mobile",
        "lookup mobile", "mobile lookup", "api lookup", "convoy", "visual", "freeform", "free form", "multi geo", "check",
        "vehicle search", "person search", "nominal search", "search summary", "plate search", "freeform mobile",
    ),
    "view": ("view", "open", "read", "display", "access", "viewed", "opened", "view record", "get", "show", "select"),
    "print": ("print", "printed", "print record"),
    "export": ("export", "download", "exported", "downloaded", "save as", "copy"),
    "disclose": ("disclose", "disclosed", "disclosure"),
    "create": ("create", "add", "insert", "new", "created", "added"),
    "amend": ("amend", "update", "edit", "modify", "change", "updated", "amended", "modified", "write"),
    "delete": ("delete", "remove", "deleted", "removed", "purge"),
    "merge": ("merge", "merged"),
    "close": ("close", "closed", "finalise", "file"),
    "defer": ("defer", "deferred"),
    "assign": ("assign", "allocate", "assigned", "allocated"),
    "disseminate": ("disseminate", "disseminated", "share"),
    "assess": ("assess", "risk assess", "grade", "risk assessment"),
    "notify": ("notify", "notify supervisor", "notification"),
    "other": ("log in", "log on", "login", "logon", "log out", "log off", "logout", "logoff", "connect", "other"),
}  # fmt: skip
_KINDS: Mapping[str, tuple[str, ...]] = {
    "person": ("person", "nominal", "name", "individual", "people", "persons", "subject"),
    "vehicle": ("vehicle", "vrm", "plate", "car", "registration", "vehicles"),
    "address": ("address", "location", "premises", "property address"),
    "phone": ("phone", "telephone", "mobile", "msisdn", "number"),
    "incident": ("incident", "occurrence", "crime", "case", "event", "crime report", "cad"),
    "intelligence": ("intelligence", "intel", "intel report", "intelligence report"),
    "custody": ("custody", "custody record", "detention"),
    "media": ("media", "video", "bwv", "image", "audio", "document", "attachment", "file"),
}
_ORIGINS: Mapping[str, tuple[str, ...]] = {
    "person": ("person", "human", "user", "manual", "interactive", "false", "no", "n"),
    "machine": ("machine", "system", "automated", "automatic", "hotlist", "batch", "service", "true", "yes", "y"),
}
# What stands in the name of a column of subjects says of what kind they are.
_KIND_BY_LABEL: Mapping[str, tuple[str, ...]] = {
    "vehicle": ("plate", "registration", "vrm", "vrn", "vin", "vehicle", "reg"),
    "person": ("nominal", "person", "pnc", "suspect"),
    "phone": ("phone", "msisdn"),
    "address": ("address", "uprn"),
    "custody": ("custody",),
}
_WORDS = {
    name: {squashed(word): meaning for meaning, words in table.items() for word in words}
    for name, table in (("action", _ACTS), ("subject_kind", _KINDS), ("origin", _ORIGINS))
}


def meaning_of(column: str, word: str) -> str | None:
    """Return the canonical word that a log's word stands for, or None where it is not known."""
    return _WORDS.get(column, {}).get(squashed(word))


def known_share(column: str, words: Iterable[str]) -> float:
    """Return which share of the different words are known."""
    words = list(words)
    return sum(meaning_of(column, word) is not None for word in words) / max(len(words), 1)


def kind_by_label(label: str) -> str | None:
    """Return the kind of subject that the name of a column tells, or None."""
    text = squashed(label)
    return next((kind for kind, words in _KIND_BY_LABEL.items() if any(word in text for word in words)), None)
