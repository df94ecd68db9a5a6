"""A type that another module's refers to lazily."""

import strawberry


@strawberry.type
class Person:
    name: str
