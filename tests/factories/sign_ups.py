"""What people sent."""

import secrets

import factory

from programme.models import SignUp, SignUpChoice


class SignUpFactory(factory.django.DjangoModelFactory):
    """Amina's, confirmed and new; `choices` as {kind: [value, …]}, `said` as {question: answer}."""

    class Meta:
        model = SignUp
        skip_postgeneration_save = True

    class Params:
        said = factory.LazyFunction(lambda: {"What should we know": "Evenings suit me"})

    key = factory.LazyFunction(lambda: secrets.token_hex(16))
    status = SignUp.Status.NEW
    name = "Amina Okafor"
    email = "amina@example.org"
    answers = factory.LazyAttribute(
        lambda sign_up: [
            {"name": "name", "question": "Name", "kind": "singleline", "answer": sign_up.name},
            {"name": "email", "question": "Email", "kind": "email", "answer": sign_up.email},
            *(
                {"name": question, "question": question, "kind": "multiline", "answer": answer}
                for question, answer in sign_up.said.items()
            ),
        ]
    )

    @factory.post_generation
    def choices(self, create, extracted, **kwargs):
        for kind, values in (extracted or {}).items():
            for value in values:
                SignUpChoice.objects.create(sign_up=self, kind=kind, value=value)
