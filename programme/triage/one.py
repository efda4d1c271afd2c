"""A screen for each sign-up, and what is done there."""

from django import forms
from django.shortcuts import get_object_or_404, redirect
from wagtail.admin import messages
from wagtail.log_actions import registry

from ..models import SignUp, SignUpNote
from ..sign_ups import answers, handling, taking
from .filters import managers, owners
from .screens import Act, Screen


class NoteForm(forms.ModelForm):
    class Meta:
        model = SignUpNote
        fields = ["text"]
        labels = {"text": "New note"}
        help_texts = {"text": "Colleagues read it, and the person may ask to see it."}
        error_messages = {"text": {"required": "Write something in the note."}}
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label="Owner", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Nobody"), *owners()]


class OneView(Screen):
    """What somebody sent, and what became of it. A POST adds a note."""

    template_name = "programme/triage/one.html"
    model_admin = None  # both given by ModelAdmin
    instance_pk = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.form = NoteForm(request.POST if request.method == "POST" else None)

    def dispatch(self, request, *args, **kwargs):
        if request.method == "POST":
            self.permission_required = "change"
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        self.sign_up = self._sign_up()
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        self.sign_up = self._sign_up()
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            handling.note(self.sign_up, self.form.cleaned_data["text"], request.user)
        except handling.ErasedError as erased:
            messages.error(request, str(erased))
        return redirect(self.sign_up.get_admin_url())

    def _sign_up(self):
        sign_ups = SignUp.objects.select_related("page", "owner")
        return get_object_or_404(sign_ups, pk=self.instance_pk)

    def get_page_title(self):
        return str(self.sign_up)

    def get_context_data(self, **kwargs):
        sign_up = self.sign_up
        others = SignUp.objects.of(sign_up.email).exclude(pk=sign_up.pk) if sign_up.email else []
        logs = registry.get_logs_for_instance(sign_up).select_related("user")
        return super().get_context_data(**kwargs) | {
            "sign_up": sign_up,
            "answers": answers.summary(sign_up),
            "others": others,
            "sent_messages": sign_up.messages.all(),
            "may_be_asked_again": handling.may_be_asked_again(sign_up),
            "notes": sign_up.notes.select_related("author"),
            "history": logs,
            "moves": sign_up.moves,
            "is_suspect": sign_up.status == SignUp.Status.SPAM,
            "note_form": self.form,
            "owner_form": OwnerForm(initial={"owner": sign_up.owner_id or ""}),
        }


class OneAct(Act):
    """Something done to one sign-up; back on its screen, a sentence says what came of it."""

    def post(self, request, pk):
        sign_up = get_object_or_404(SignUp.objects.select_related("page", "owner"), pk=pk)
        try:
            messages.success(request, self.act(sign_up))
        except (taking.MoveError, handling.ErasedError) as why:
            messages.error(request, str(why))
        return redirect(sign_up.get_admin_url())


class MoveView(OneAct):
    def act(self, sign_up) -> str:
        status = self.request.POST.get("status")
        if status not in SignUp.Status.values:
            raise taking.MoveError("Choose a status.")
        taking.move(sign_up, status, self.request.user)
        return f"{sign_up} is now: {sign_up.get_status_display().lower()}."


class OwnerView(OneAct):
    def act(self, sign_up) -> str:
        form = OwnerForm(self.request.POST)
        if not form.is_valid():
            raise taking.MoveError("That person can't own a sign-up. Choose somebody else.")
        key = form.cleaned_data["owner"]
        owner = managers().get(pk=key) if key else None
        handling.give(sign_up, owner, self.request.user)
        return f"{sign_up} has a new owner." if owner else f"{sign_up} has no owner now."


class AskAgainView(OneAct):
    def act(self, sign_up) -> str:
        if not handling.may_be_asked_again(sign_up):
            raise taking.MoveError(f"{sign_up} does not wait to be confirmed.")
        handling.ask_again(sign_up)
        return "The message goes out again."
