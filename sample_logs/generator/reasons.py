"""What people type into the reason box: mostly sensible, with commas, quotes, newlines and a few accents in it."""

from random import Random

ENQUIRIES = {
    "burglary": ("burglary, suspect enquiries", "burglary at dwelling - scene visit", "burglary: stolen goods traced"),
    "theft": ("theft of £240 from till", "shop theft, suspect named by staff", "theft from motor vehicle, CCTV viewed"),
    "assault": ("assault, victim statement", 'assault outside café, "known to victim"', "assault - arrest enquiries"),
    "domestic": ("domestic report, risk history", "domestic: safeguarding visit planned", "domestic, bail conditions"),
    "missing": (
        "missing person, last address",
        "missing person - family contacted",
        "missing from home, hospital asked",
    ),
    "collision": ("collision, keeper details", "injury collision A6097, witness traced", "collision report, insurance"),
    "drugs": ("drugs warrant preparation", "drugs supply, address history", "drugs: vehicle seen at deal"),
    "robbery": ("robbery, description matches", "robbery of phone - suspect address", "robbery, identity parade"),
    "fraud": ("fraud, cheque for £1,950", "fraud by false representation, account holder", "fraud - victim callback"),
    "criminal damage": (
        "criminal damage, neighbour named",
        "damage to vehicle, witness call",
        "damage: CCTV of £90 lamp",
    ),
    "vehicle theft": (
        "stolen vehicle, keeper informed",
        "theft of vehicle, sighting checked",
        "vehicle theft - recovered",
    ),
    "antisocial": (
        "antisocial behaviour, repeat caller",
        "noise and threats, home visit",
        "antisocial behaviour: warning",
    ),
    "safeguarding": (
        "safeguarding referral, case meeting",
        "adult at risk, carer spoken to",
        "referral from school, checks",
    ),
    "intelligence": ("intelligence report, grading", "intelligence item, vehicle named", "intelligence development"),
    "major": ("major incident, action raised", "major incident: cordon and arrests", "major incident, house to house"),
}
STOPS = (
    "routine stop check A52",
    "vehicle stopped, no lights",
    "driver stopped, documents",
    "found purse, owner sought",
    "caller wants officer, address history",
    "vehicle left across drive",
    "seen in lay-by, engine running",
    "dog bite reported at door",
    "lost property, phone number",
    "alarm call, keyholder",
    "vehicle on verge, hazard",
    "welfare of walker, no coat",
)
CALLS = (
    "999 call, address history before attendance",
    "caller gave name, hazard markers wanted",
    "vehicle described by caller",
    'call dropped, number traced, "shouting heard"',
    "abandoned call, subscriber",
    "officer attending asks for warnings",
)
PLATES = (
    "no insurance marker",
    "plate read, cloned?",
    "seen at speed, M1 J25",
    "vehicle of interest, roads op",
    "drink drive tip-off",
)
RESEARCH = (
    "network chart, associate",
    "daily tasking, risk research",
    "problem profile, burglary series",
    "gang nominal update",
)
TAILS = (
    "",
    "",
    "",
    "",
    ", day 2",
    ", after call",
    ", for file",
    ", per sergeant",
    ",\nasked by OIC",
    ' - "urgent"',
    " (follow-up)",
)
POOR = ("check", "enquiry", "test", "investigation")


def pick_poor(rng: Random) -> str | None:
    """About one reason in fourteen is blank or says nothing; the force lives with that."""
    chance = rng.random()
    if chance < 0.045:
        return ""
    return rng.choice(POOR) if chance < 0.07 else None


def pick_reason(rng: Random, phrases: tuple[str, ...]) -> str:
    """A reason as an honest user types it."""
    poor = pick_poor(rng)
    return rng.choice(phrases) + rng.choice(TAILS) if poor is None else poor
