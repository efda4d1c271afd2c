"""What is sent to a person, or to staff about a sign-up."""

from django.db import models


class SignUpMessage(models.Model):
    """One email: that it is to be sent, and whether it was. Its words are made when it goes."""

    wagtail_reference_index_ignore = True

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "Please confirm"
        WELCOME = "welcome", "Welcome"
        LINK = "link", "A new link"
        NEW_ADDRESS = "new_address", "Confirm a new address"
        STAFF = "staff", "Notice to staff"

    sign_up = models.ForeignKey(
        "programme.SignUp", on_delete=models.CASCADE, related_name="messages"
    )
    kind = models.CharField(max_length=11, choices=Kind)
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # the last attempt
    given_up = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["failed_at"]), models.Index(fields=["sent_at"])]

    def __str__(self):
        return f"{self.get_kind_display()}: sign-up {self.sign_up_id}"

    @classmethod
    def mail_is_down(cls) -> bool:
        """Whether what was tried last could not be sent."""
        failed = cls.objects.aggregate(at=models.Max("failed_at"))["at"]
        sent = cls.objects.aggregate(at=models.Max("sent_at"))["at"]
        return failed is not None and (sent is None or sent < failed)
