"""Pages of the foundation: `entrance` below the root, the others below `/d/<slug>/`."""

from django.urls import URLPattern, path

from districts.views import audit, entrance, invitations, keys, organisation, people, second_step

app_name = "districts"

people_patterns = [
    path("admin/people/", people.list_people, name="person-list"),
    path("admin/people/<uuid:membership_id>/", people.edit_person, name="person-edit"),
    path("admin/people/<uuid:membership_id>/remove/", people.remove_person, name="person-remove"),
    path("admin/people/<uuid:membership_id>/reset/", people.reset_person, name="person-reset"),
    path("admin/people/<uuid:membership_id>/reset/link/", people.show_reset_link, name="person-reset-link"),
    path(
        "admin/people/<uuid:membership_id>/second-step/",
        second_step.end_second_step,
        name="person-second-step",
    ),
    path("admin/invitations/", invitations.list_invitations, name="invitation-list"),
    path("admin/invitations/new/", invitations.create_invitation, name="invitation-create"),
    path("admin/invitations/<uuid:invitation_id>/link/", invitations.show_link, name="invitation-link"),
    path(
        "admin/invitations/<uuid:invitation_id>/renew/", invitations.renew_invitation, name="invitation-renew"
    ),
    path(
        "admin/invitations/<uuid:invitation_id>/revoke/",
        invitations.revoke_invitation,
        name="invitation-revoke",
    ),
]
organisation_patterns = [
    path("admin/", organisation.show_admin, name="admin-show"),
    path("admin/organisation/", organisation.edit_organisation, name="organisation-edit"),
    path("admin/schools/", organisation.list_schools, name="school-list"),
    path("admin/schools/new/", organisation.create_school, name="school-create"),
    path("admin/schools/<uuid:school_id>/", organisation.edit_school, name="school-edit"),
    path("admin/departments/", organisation.list_departments, name="department-list"),
    path("admin/departments/new/", organisation.create_department, name="department-create"),
    path(
        "admin/departments/<uuid:department_id>/delete/",
        organisation.delete_department,
        name="department-delete",
    ),
    path("admin/departments/<uuid:department_id>/", organisation.edit_department, name="department-edit"),
]
audit_patterns = [
    path("admin/audit/", audit.list_audit, name="audit-list"),
    path("admin/audit/<int:event_id>/", audit.show_audit, name="audit-show"),
]
key_patterns = [
    path("admin/keys/", keys.list_keys, name="key-list"),
    path("admin/keys/new/", keys.create_key, name="key-create"),
    path("admin/keys/<uuid:key_id>/", keys.show_key, name="key-show"),
    path("admin/keys/<uuid:key_id>/revoke/", keys.revoke_key, name="key-revoke"),
]
urlpatterns: list[URLPattern] = [*organisation_patterns, *people_patterns, *audit_patterns, *key_patterns]

entrance_patterns: list[URLPattern] = [
    path("", entrance.show_home, name="home"),
    path("accounts/invitation/<str:secret>/", entrance.accept_invitation, name="invitation-accept"),
    path("accounts/reset/<str:secret>/", entrance.reset_by_link, name="password-reset-by-link"),
    path("accounts/notices/", entrance.show_notices, name="account-notices"),
    path("accounts/", entrance.show_account, name="account"),
    # Pages of the sign-in library that SRM does not offer: people have the one address they were invited by.
    path("accounts/email/", entrance.show_nothing, name="account_email"),
    path("accounts/confirm-email/", entrance.show_nothing, name="account_email_verification_sent"),
    path("accounts/confirm-email/<str:key>/", entrance.show_nothing, name="account_confirm_email"),
    path("accounts/login/code/confirm/", entrance.show_nothing, name="account_confirm_login_code"),
]
