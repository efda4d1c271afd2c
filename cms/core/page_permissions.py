"""Who may do what with a page: Wagtail's rules, and one of ours.

Authors write drafts, and editors submit them. Wagtail lets anyone who can edit a
page submit it; here it takes permission to change pages, which authors do not
have: they change only their own.
"""

from wagtail.models import PagePermissionTester


class BasePagePermissionTester(PagePermissionTester):
    def may_submit(self) -> bool:
        return self.user.is_superuser or bool({"change", "publish"} & self.permissions)

    def can_submit_for_moderation(self):
        return self.may_submit() and super().can_submit_for_moderation()


def may_submit(user, page) -> bool:
    """Whether `user` may submit `page`, or a new page below it."""
    return BasePagePermissionTester(user, page).may_submit()
