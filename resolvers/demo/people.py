"""The people of a demo school: a head, its teachers and its pupils."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from datasources.records.ids import UserId
from datasources.records.users import User
from resolvers.demo.ids import uuid7_hex

TEACHER: Final = "teacher@example.org"
STUDENT: Final = "student@example.org"

TEACHERS: Final = 8
PUPILS: Final = 31


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST: Final = _words(
    "Aaliyah Adam Aisha Alma Amara Anouk Arjun Astrid Ayo Beatriz Bilal Bronwen Chidi Clara Dalia Dev Ebony Eirik Elif "
    "Emeka Esme Fatima Felix Finn Freya Gareth Grace Hana Hassan Ines Isla Ivan Jamal Jasper Joao Kaito Kasia Keira "
    "Kofi Lan Leila Liam Lola Luca Maeve Malik Mei Mina Nadia Naveen Niamh Noor Oisin Olga Omar Orla Priya Quentin "
    "Rafael Reza Rosa Samira Sana Seamus Selma Simran Soren Tariq Tessa Thandi Tomasz Uma Viktor Wren Xin Yara Yusuf "
    "Zara Zofia"
)
_LAST: Final = _words(
    "Abbott Achebe Ahmed Almeida Andersen Bakshi Banerjee Barzani Bello Brennan Campbell Castillo Chen Chowdhury Costa "
    "Davies Demir Diallo Doyle Eriksen Evans Fernandes Fischer Forde Garcia Gill Grant Green Haddad Hughes Ibrahim "
    "Iqbal Jansen Jones Kaminska Karimi Kaur Kelly Khan Kowalski Larsen Lewis Lim Lopez Mahmoud Marsh Mbeki Mensah "
    "Moreau Nakamura Ncube Nguyen Novak Nwosu Odell Okafor Osei Owusu Park Patel Pereira Petrov Quinn Rahman Reid "
    "Rossi Roy Santos Shah Silva Singh Sokolova Suzuki Tanaka Thomas Toth Tran Turner Usman Varga Walsh Ward Wood "
    "Yilmaz Young Zhang Zielinska"
)


@dataclass(frozen=True, slots=True)
class Person:
    """An account, and how the person is called and writes. `terse` leaves capitals and full stops away."""

    user: User
    first: str
    terse: bool

    def written(self, words: str) -> str:
        """These words as this person writes them."""
        if not self.terse:
            return words
        first = words.split(" ", 1)[0].strip(",.!?:;'")
        known = first.startswith("I'") or first.isupper() or first == self.first
        begun = words if known else words[0].lower() + words[1:]
        return begun.removesuffix(".") if not begun.endswith("..") else begun


@dataclass(frozen=True, slots=True)
class People:
    """A head, the teachers (the first is whom one can sign in as) and the pupils (likewise)."""

    head: Person
    teachers: tuple[Person, ...]
    pupils: tuple[Person, ...]

    @property
    def all(self) -> tuple[Person, ...]:
        return (self.head, *self.teachers, *self.pupils)


def people_of(school: int, founded: datetime) -> People:
    """The same people for the same school and time. First names are unique within a school."""
    rng = random.Random(f"people {school}")  # noqa: S311 - demo data has to be the same every time
    count = 1 + TEACHERS + PUPILS
    firsts, lasts = rng.sample(_FIRST, count), rng.sample(_LAST, count)
    people: list[Person] = []
    for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        role = "admin" if number == 0 else "teacher" if number <= TEACHERS else "student"
        # The head is there first; everybody else comes within the school's first two days.
        joined = founded + timedelta(minutes=number and 30 + number * 71)
        email = _email(school, number, f"{first}.{last}".lower())
        user = User(
            id=UserId("usr_" + uuid7_hex(f"school {school} person {number}", joined)),
            email=email,
            name=f"{first} {last}",
            role=role,
            avatar_url=None,
            created_at=joined,
            updated_at=joined,
            last_login=None,
            is_active=True,
        )
        terse = role == "student" and rng.random() < 0.45  # noqa: PLR2004 - nearly every second pupil
        people.append(Person(user, first, terse))
    return People(people[0], tuple(people[1 : 1 + TEACHERS]), tuple(people[1 + TEACHERS :]))


def head_email(school: int) -> str:
    return _email(school, 0, "")


def _email(school: int, number: int, name: str) -> str:
    local = {0: "head", 1: "teacher", 1 + TEACHERS: "student"}.get(number, name)
    return f"{local}{school + 1 if school else ''}@example.org"
