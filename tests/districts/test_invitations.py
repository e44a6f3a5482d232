"""From an invitation to a signed-in member, through the pages, without and with a mail server."""

from __future__ import annotations

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from districts.access.credentials import hash_secret
from districts.access.permissions import Role
from districts.models import AuditEvent, Invitation, Membership, User
from districts.services import people
from districts.tenancy import district_scope
from tests.cast import Cast, make_cast

NEW = "new@example.org"
GOOD = "seven green bicycles sing"


def invite(cast: Cast, *, email: str = NEW, role: Role = Role.BOARD_MEMBER) -> str:
    """Invite through the page and return the path of the link it shows."""
    client = cast.client(Role.DISTRICT_ADMIN)
    page = client.post(
        f"/d/{cast.slug}/admin/invitations/new/", {"email": email, "role": role.value}, follow=True
    )
    found = re.search(r'value="http://testserver(/accounts/invitation/[^"]+)"', page.content.decode())
    assert found is not None
    again = client.get(page.redirect_chain[-1][0])
    assert found[1] not in again.content.decode()
    assert "This was shown once and is not kept." in again.content.decode()
    return found[1]


def export(client: Client, address: str) -> list[dict[str, str]]:
    """Return the table of a page, from the file it exports."""
    joint = "&" if "?" in address else "?"
    body = client.get(f"{address}{joint}export=csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def role_in(cast: Cast, email: str) -> str | None:
    with district_scope(cast.district.pk):
        row = Membership.objects.filter(user__email=email).first()
        return row.role if row else None


def test_new_person_makes_an_account_and_is_signed_in(bay: Cast) -> None:
    link = invite(bay)
    visitor = Client()
    page = visitor.get(link).content.decode()
    assert "Join Bay Unified" in page
    assert NEW in page
    answer = visitor.post(link, {"name": "Nia New", "password": GOOD})
    assert (answer.status_code, answer["Location"]) == (302, "/d/bay/board/")
    assert role_in(bay, NEW) == Role.BOARD_MEMBER
    person = User.objects.get(email=NEW)
    assert (person.name, person.check_password(GOOD)) == ("Nia New", True)
    assert int(visitor.session["_auth_user_id"]) == person.pk


def test_link_works_once(bay: Cast) -> None:
    link = invite(bay)
    Client().post(link, {"name": "Nia New", "password": GOOD})
    for client in (Client(), bay.client(Role.CABINET)):
        answer = client.get(link)
        assert answer.status_code == 410
        assert "was used before" in answer.content.decode()


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "This password is too short. It must contain at least 12 characters."),
        ("123qweasdzxc", "This password is too common."),
        ("new@example.org", "The password is too similar to the email."),
    ],
)
def test_weak_password_is_refused(bay: Cast, password: str, says: str) -> None:
    link = invite(bay)
    answer = Client().post(link, {"name": "Nia New", "password": password})
    assert answer.status_code == 422
    assert answer.context["form"].errors["password"] == [says]
    assert not User.objects.filter(email=NEW).exists()


def test_long_password_of_words_and_spaces_is_accepted(bay: Cast) -> None:
    link = invite(bay)
    password = "  the quiet ocean keeps ünïcode secrets  " * 3
    assert Client().post(link, {"name": "Nia New", "password": password}).status_code == 302
    assert User.objects.get(email=NEW).check_password(password)


def test_person_of_another_district_signs_in_and_joins(bay: Cast, valley: Cast) -> None:
    person = valley.people[Role.CABINET]
    link = invite(bay, email=person.email, role=Role.DATA_MANAGER)
    assert f"/accounts/login/?next={link}" in Client().get(link).content.decode()
    client = valley.client(Role.CABINET)
    answer = client.post(link)
    assert (answer.status_code, answer["Location"]) == (302, "/d/bay/")
    assert (role_in(bay, person.email), role_in(valley, person.email)) == (Role.DATA_MANAGER, Role.CABINET)
    chooser = client.get("/").content.decode()
    assert chooser.index("Bay Unified") < chooser.index("Valley Unified")


def test_who_joined_before_the_acceptor_was_kept_was_invited_too(bay: Cast) -> None:
    link = invite(bay)
    Client().post(link, {"name": "Nia New", "password": GOOD})
    with district_scope(bay.district.pk):
        Invitation.objects.update(accepted_by=None)
    people = {row["Email"]: row for row in export(bay.client(Role.DISTRICT_ADMIN), "/d/bay/admin/people/")}
    assert ", invited by District admin bay, accepted " in people[NEW]["Member since"]
    assert people["cabinet@bay.example"]["Member since"].endswith(", no invitation recorded")


def test_it_is_plain_who_invited_when_it_was_accepted_and_with_which_link(bay: Cast) -> None:
    link = invite(bay)
    name = hash_secret(link.split("/")[-2])[:8]
    page = Client().get(link).content.decode()
    assert "District admin bay (district_admin@bay.example) invited new@example.org on " in page
    assert f"Link {name}: it works once, until " in page
    assert "The admin who made it has seen it too" in page
    Client().post(link, {"name": "Nia New", "password": GOOD})

    admin = bay.client(Role.DISTRICT_ADMIN)
    [row] = [row for row in export(admin, "/d/bay/admin/invitations/") if row["Email"] == NEW]
    assert (row["Invited by"], row["Link"]) == ("District admin bay", name)
    assert re.fullmatch(r"accepted \d{4}-\d\d-\d\d \d\d:\d\d by Nia New", row["State"])
    [row] = [row for row in export(admin, "/d/bay/admin/people/") if row["Email"] == NEW]
    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\d, invited by District admin bay, accepted \d{{4}}-\d\d-\d\d \d\d:\d\d with link {name}",
        row["Member since"],
    )
    with district_scope(bay.district.pk):
        events = AuditEvent.objects.filter(cause__startswith="accepted").order_by("id")
        assert [(e.table_name, e.action, e.cause) for e in events] == [
            (table, action, f"accepted the invitation of district_admin@bay.example with link {name}")
            for table, action in (("districts_membership", "insert"), ("districts_invitation", "update"))
        ]
    audit = export(admin, f"/d/bay/admin/audit/?q={name}")
    assert [(row["Who"], row["What"]) for row in audit] == [
        ("Nia New", "changed invitation"),
        ("Nia New", "created membership"),
        ("District admin bay", "created invitation"),
    ]
    assert link.split("/")[-2] not in str(audit)


def test_expired_link_does_not_work(bay: Cast) -> None:
    link = invite(bay)
    with district_scope(bay.district.pk):
        people.Invitation.objects.filter(email=NEW).update(expires_at=timezone.now())
    assert Client().get(link).status_code == 410
    assert Client().post(link, {"name": "Nia", "password": GOOD}).status_code == 410
    assert not User.objects.filter(email=NEW).exists()


def test_link_replaced_by_a_new_one_does_not_work(bay: Cast) -> None:
    link = invite(bay)
    with district_scope(bay.district.pk):
        row = people.Invitation.objects.get(email=NEW)
        people.renew_invitation(
            by=bay.people[Role.DISTRICT_ADMIN].pk, invitation_id=row.pk, now=timezone.now()
        )
    assert Client().post(link, {"name": "Nia", "password": GOOD}).status_code == 410


def test_link_of_a_removed_admin_does_not_work(bay: Cast) -> None:
    link = invite(bay)
    with district_scope(bay.district.pk):
        second = Membership.objects.get(user=bay.people[Role.CABINET])
        people.change_role(membership_id=second.pk, role=Role.DISTRICT_ADMIN, now=timezone.now())
        first = Membership.objects.get(user=bay.people[Role.DISTRICT_ADMIN])
        people.remove_person(membership_id=first.pk, now=timezone.now())
    assert Client().post(link, {"name": "Nia", "password": GOOD}).status_code == 410


def test_two_who_use_one_link_at_once_make_one_account(committed_db: None) -> None:
    bay = make_cast(name="Bay Unified", slug="bay", state_code="3868478")
    secret = invite(bay).split("/")[-2]
    together = Barrier(2)

    def accept(name: str) -> str:
        try:
            together.wait(timeout=20)
            people.create_account(secret=secret, name=name, password=GOOD, now=timezone.now())
            return "joined"
        except (people.InvitationClosed, people.AccountExists):
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert sorted(pool.map(accept, ["One", "Two"])) == ["joined", "refused"]
    assert User.objects.filter(email=NEW).count() == 1


def test_somebody_else_cannot_accept(bay: Cast, valley: Cast) -> None:
    link = invite(bay, email=valley.people[Role.CABINET].email)
    other = valley.client(Role.BOARD_MEMBER)
    for answer in (other.get(link), other.post(link)):
        assert answer.status_code == 409
        assert "This invitation is for cabinet@valley.example." in answer.content.decode()
    assert role_in(bay, "board_member@valley.example") is None


def test_revoked_link_does_not_work(bay: Cast) -> None:
    link = invite(bay)
    with district_scope(bay.district.pk):
        row = people.Invitation.objects.get(email=NEW)
        people.revoke_invitation(invitation_id=row.pk, now=timezone.now())
    assert Client().get(link).status_code == 410
    assert Client().post(link, {"name": "Nia", "password": GOOD}).status_code == 410
    assert not User.objects.filter(email=NEW).exists()


def test_invitation_is_mailed_where_a_mail_server_is(
    bay: Cast, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        link = invite(bay)
    [message] = mail.outbox
    assert message.to == [NEW]
    assert f"http://testserver{link}" in message.body


def test_no_mail_is_tried_without_a_mail_server(
    bay: Cast, settings: object, django_capture_on_commit_callbacks: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # type: ignore[attr-defined]
    with django_capture_on_commit_callbacks(execute=True) as callbacks:  # type: ignore[operator]
        assert invite(bay).startswith("/accounts/invitation/")
    assert [c for c in callbacks if "_send_after_commit" in c.__qualname__] == []


def test_public_sign_up_is_closed(db: None) -> None:
    Client().post("/accounts/signup/", {"email": NEW, "password1": GOOD})
    assert not User.objects.exists()


def test_home_sends_each_role_to_its_page(bay: Cast) -> None:
    wanted = dict.fromkeys(Role, "/d/bay/") | {Role.BOARD_MEMBER: "/d/bay/board/"}
    assert {role: bay.client(role).get("/")["Location"] for role in Role} == wanted
    assert Client().get("/")["Location"] == "/accounts/login/?next=/"


def test_person_without_a_district_is_told_what_to_do(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user(email="alone@example.org", password=GOOD))
    page = client.get("/")
    assert page.status_code == 200
    assert "You do not belong to a district." in page.content.decode()
