"""The one place that lists what escapes a rule of isolation, each with its reason; must not hold a rule.

Everything in the database that is not named here must obey every rule of the audit. A new line
here is a decision about other districts' rows: say why in words a reviewer can disagree with.
"""

# Tables that belong to no district: read before a district is known, or about nobody's rows.
PLATFORM_TABLES = {
    "districts_district": "the tenants themselves; read to find out which district a URL names",
    "districts_user": "a person may belong to several districts; holds no district's data",
    "districts_mark": "the work queue is swept over all districts; ids and names of inputs only",
    "districts_attempt": "beside the work queue; ids and counts only",
    "districts_heartbeat": "signs of life of worker processes",
    "account_emailaddress": "sign-in: a person's address, before a district is known",
    "account_emailconfirmation": "sign-in: links that prove an address",
    "mfa_authenticator": "sign-in: a person's second factor",
    "usersessions_usersession": "sign-in: a person's own sessions",
    "districts_signincount": "sign-in: counts of tries and used codes, before a district is known",
    "django_session": "sign-in: session data, found by its random key",
    "auth_group": "made by Django; unused and empty",
    "auth_group_permissions": "made by Django; unused and empty",
    "auth_permission": "made by Django: names of models",
    "django_content_type": "made by Django: names of models",
    "django_migrations": "made by Django: which migrations ran",
}

# Tenant tables of which one row may also be read by whoever holds its key: column, setting, reason.
OWN_ROW_TABLES = {
    "districts_membership": ("user_id", "user_id", "a person sees which districts are theirs"),
    "districts_invitation": ("token_hash", "credential", "an invitation is found by its secret link"),
    "districts_apikey": ("key_hash", "credential", "a key says which district it opens"),
}

# Tenant tables that the product may only add to.
APPEND_ONLY_TABLES = {"districts_auditevent": "the audit trail is never rewritten"}

# Tenant tables whose rows leave no audit event of their own. Bulk facts need no line: a table with
# a bigint key that names one of PROVENANCE_TABLES is audited by that file or run.
UNAUDITED_TABLES = {
    "districts_auditevent": "it is the audit trail",
    "districts_calculationrun": "it is itself the record of a run, written by the engine alone",
    "districts_savedview": "when a person last looked; changes at every page view",
    "investments_account": "combinations of codes, made only by imports",
}
PROVENANCE_TABLES = (
    "districts_upload",
    "districts_filing",
    "districts_importrun",
    "districts_calculationrun",
)

# Unique indexes of tenant tables that do not start with the district.
UNIQUE_WITHOUT_DISTRICT = {
    "invitation_token_once": "a hash of a random secret: nobody can guess one that exists",
    "apikey_hash_once": "a hash of a random secret: nobody can guess one that exists",
}

# Columns that name a row without a foreign key: (table, column), reason.
REFERENCES_WITHOUT_KEY = {
    ("investments_ledgerentry", "account_id"): "checked set-based by the load (bulk fact)",
    ("investments_accountsum", "account_id"): "copied from the ledger entries it adds up",
    ("districts_auditevent", "actor_id"): "the trail outlives the person",
}

EXTENSIONS = {"plpgsql": "PostgreSQL's own language, for the audit trigger"}
