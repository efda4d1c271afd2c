"""Work that a sign-up hands over."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django_tasks import task
from wagtail.contrib.forms.models import FormSubmission

logger = logging.getLogger(__name__)


@task()
def send_confirmation(submission_id: int) -> None:
    """Write to the person who signed up, in the words that staff chose for the form's page.

    Takes the sign-up's key, so that no personal data is in the task. When mail
    is down the sign-up stays, and the log says so without saying whose it was.
    """
    submission = FormSubmission.objects.select_related("page").filter(pk=submission_id).first()
    if submission is None:
        return
    page = submission.page.specific
    address = page.address_of(submission.form_data)
    if not address:
        return
    try:
        send_mail(page.confirmation_subject, page.confirmation_text, None, [address])
    except (SMTPException, OSError) as error:
        # The error's own words may hold the address.
        logger.error("No confirmation for sign-up %s: %s", submission_id, type(error).__name__)
