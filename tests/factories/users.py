"""People who sign in, each in the group of their job."""

import factory
from django.contrib.auth.models import Group

from cms.core.models import User
from home.roles import create_roles


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.org")
    first_name = "Robin"
    last_name = "Example"
    password = factory.django.Password("correct horse battery")


def user_in(group: str | None = None, **values) -> User:
    """A member of one of the roles' groups; None for someone with an account and no role."""
    create_roles()
    user = UserFactory(**values)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user
