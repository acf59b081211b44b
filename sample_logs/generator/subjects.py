"""The people of the county, their homes, cars and phones. Knows nothing of incidents or of who looked."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from names import MEN, SURNAMES, WOMEN
from tables import Subject, SubjectLink

KNOWN, PUBLIC, STRANGERS, RESERVE = 2300, 900, 460, 420
LETTERS = "ABCDEFGHJKLMNOPRSTUVWXY"
KINDS = {"P": "person", "A": "address", "T": "phone"}


@dataclass(frozen=True)
class Household:
    """A person with the home, car and phone that the registers hold; an empty id where they hold none."""

    person: Subject
    address: str
    vehicle: str
    phone: str


@dataclass(frozen=True)
class Register:
    """Every subject and link, and the households by what they are for.

    `known` come to notice in incidents, `public` are checked by the control room and others with standing authority,
    `strangers` are looked up once and no data says why, `reserve` is kept for the stories.
    """

    subjects: dict[str, Subject] = field(default_factory=dict)
    links: list[SubjectLink] = field(default_factory=list)
    known: list[Household] = field(default_factory=list)
    public: list[Household] = field(default_factory=list)
    strangers: list[Household] = field(default_factory=list)
    reserve: list[Household] = field(default_factory=list)

    def add(self, subject: Subject) -> Subject:
        """Enter a subject, or enter it anew."""
        self.subjects[subject.subject_id] = subject
        return subject

    def link(self, subject_id: str, linked_id: str, relation: str) -> None:
        """Tie two subjects together for good."""
        self.links.append(SubjectLink(subject_id, linked_id, relation))

    def mark(self, subject_id: str, markers: str) -> None:
        """Set the markers of a subject."""
        old = self.subjects[subject_id]
        self.add(Subject(old.subject_id, old.subject_kind, old.name, old.date_of_birth, old.sex, markers))

    def take(self, count: int, sex: str = "", needs: str = "") -> list[Household]:
        """Take households out of the reserve for one story; `needs` names what they must have."""
        fits = [
            home
            for home in self.reserve
            if (not sex or home.person.sex == sex)
            and all(getattr(home, need) for need in needs.split())
            and not home.person.markers
        ][:count]
        if len(fits) < count:
            raise ValueError(f"the reserve holds only {len(fits)} such households, {count} are needed")
        for home in fits:
            self.reserve.remove(home)
        return fits


def make_register(rng: Random) -> Register:
    """All households, dealt into the four pools."""
    register = Register()
    total = KNOWN + PUBLIC + STRANGERS + RESERVE
    numbers = rng.sample(range(10000, 90000), total)
    plates = make_plates(rng, total)
    homes = [make_household(rng, register, number, plate) for number, plate in zip(numbers, plates, strict=True)]
    register.known.extend(homes[:KNOWN])
    register.public.extend(homes[KNOWN : KNOWN + PUBLIC])
    register.strangers.extend(homes[KNOWN + PUBLIC : -RESERVE])
    register.reserve.extend(homes[-RESERVE:])
    for home in register.known:
        mark_known(rng, register, home)
    return register


def make_plates(rng: Random, count: int) -> list[str]:
    """Plates in the pattern AB12CDE, all different."""
    plates: dict[str, None] = {}
    while len(plates) < count:
        letters = [rng.choice(LETTERS) for _ in range(5)]
        plates["".join(letters[:2]) + f"{rng.randrange(2, 74):02d}" + "".join(letters[2:])] = None
    return list(plates)


def make_person(rng: Random, number: int, sex: str = "", surname: str = "") -> Subject:
    """A person of any age from 12 up."""
    sex = sex or rng.choice("FM")
    name = f"{rng.choice(WOMEN if sex == 'F' else MEN)} {surname or rng.choice(SURNAMES)}"
    born = date(2009, 12, 31) - timedelta(days=int(rng.triangular(0, 70 * 365, 15 * 365)))
    return Subject(f"P{number}", "person", name, born, sex)


def make_household(rng: Random, register: Register, number: int, plate: str) -> Household:
    """One person and what belongs to them, linked."""
    person = register.add(make_person(rng, number))
    adult = person.date_of_birth is not None and person.date_of_birth.year < 2003
    address = f"A{number}"
    vehicle = plate if adult and rng.random() < 0.62 else ""
    phone = f"T{number}" if rng.random() < 0.3 else ""
    register.add(Subject(address, "address"))
    register.link(address, person.subject_id, "occupant")
    if vehicle:
        register.add(Subject(vehicle, "vehicle"))
        register.link(vehicle, person.subject_id, "keeper")
    if phone:
        register.add(Subject(phone, "phone"))
        register.link(phone, person.subject_id, "phone_user")
    return Household(person, address, vehicle, phone)


def mark_known(rng: Random, register: Register, home: Household) -> None:
    """Markers as a force sets them on people who come to notice."""
    born = home.person.date_of_birth
    markers = ["minor"] if born and born > date(2006, 6, 1) else []
    if rng.random() < 0.07:
        markers.append("vulnerable")
    if rng.random() < (0.08 if home.person.sex == "F" else 0.02):
        markers.append("domestic_abuse")
    if markers:
        register.mark(home.person.subject_id, ";".join(markers))


def kind_of(subject_id: str) -> str:
    """The kind of a subject from its id: P, A and T numbers, INC and INT references, anything else is a plate."""
    if subject_id.startswith(("INC-", "INT-")):
        return "intelligence" if subject_id.startswith("INT-") else "incident"
    return KINDS[subject_id[0]] if subject_id[1:].isdigit() else "vehicle"
